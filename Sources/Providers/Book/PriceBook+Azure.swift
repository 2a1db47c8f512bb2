extension PriceBook {
  /// Rows of models on Azure: the global deployments, in the form of `ModelRow.init(line:)`.
  static let azure = """
    # model                 litellm                    in   out  read  write write1h batch      flex       priority long            window  cap    class           capabilities
    azure/gpt-4o            azure/gpt-4o               2.5  10   1.25  -     -       1.25/5     -          -        -               128000  16384  frontier-large  tools+vision
    azure/gpt-4o-mini       azure/gpt-4o-mini          0.15 0.6  0.075 -     -       0.075/0.3  -          -        -               128000  16384  frontier-small  tools+vision
    azure/gpt-4.1           azure/gpt-4.1              2    8    0.5   -     -       1/4        -          3.5/14   -               1047576 32768  frontier-large  tools+vision
    azure/gpt-4.1-mini      azure/gpt-4.1-mini         0.4  1.6  0.1   -     -       0.2/0.8    -          0.7/2.8  -               1047576 32768  frontier-small  tools+vision
    azure/gpt-4.1-nano      azure/gpt-4.1-nano         0.1  0.4  0.025 -     -       0.05/0.2   -          -        -               1047576 32768  frontier-small  tools+vision
    azure/gpt-5             azure/gpt-5                1.25 10   0.125 -     -       0.625/5    -          2.5/20   -               272000  128000 reasoning       tools+vision+reasoning
    azure/gpt-5-mini        azure/gpt-5-mini           0.25 2    0.025 -     -       0.125/1    -          0.45/3.6 -               272000  128000 frontier-small  tools+vision+reasoning
    azure/gpt-5-nano        azure/gpt-5-nano           0.05 0.4  0.005 -     -       0.025/0.2  -          -        -               272000  128000 frontier-small  tools+vision+reasoning
    azure/gpt-5.1           azure/gpt-5.1              1.25 10   0.125 -     -       0.625/5    -          2.5/20   -               272000  128000 reasoning       tools+vision+reasoning
    azure/gpt-5.2           azure/gpt-5.2              1.75 14   0.175 -     -       0.875/7    -          3.5/28   -               272000  128000 frontier-large  tools+vision+reasoning
    azure/gpt-5.4           azure/gpt-5.4              2.5  15   0.25  -     -       1.25/7.5   1.25/7.5   5/30     272k:5/22.5/0.5 922000  128000 frontier-large  tools+vision+reasoning
    azure/gpt-5.4-mini      azure/gpt-5.4-mini         0.75 4.5  0.075 -     -       0.375/2.25 0.375/2.25 1.5/9    -               272000  128000 frontier-small  tools+vision+reasoning
    azure/gpt-5.5           azure/gpt-5.5              5    30   0.5   -     -       2.5/15     2.5/-      12.5/75  272k:10/45/1    922000  128000 frontier-large  tools+vision+reasoning
    azure/claude-sonnet-4-6 azure_ai/claude-sonnet-4-6 3    15   0.3   3.75  6       -          -          -        -               1000000 128000 frontier-large  tools+vision+reasoning
    azure/mistral-large-3   azure_ai/mistral-large-3   0.5  1.5  -     -     -       -          -          -        -               256000  8191   frontier-large  tools+vision
    azure/deepseek-v3.2     azure_ai/deepseek-v3.2     0.58 1.68 -     -     -       -          -          -        -               128000  128000 hosted-open-70b tools+reasoning
    """
}
