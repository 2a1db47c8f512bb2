extension PriceBook {
  /// Rows of models on Amazon Bedrock, in the form of `ModelRow.init(line:)`.
  static let bedrock = """
    # model                   litellm                                   in    out  read    write write1h batch       flex       priority     long            window  cap    class           capabilities
    bedrock/nova-micro        amazon.nova-micro-v1:0                    0.035 0.14 0.00875 -     -       0.0175/0.07 -          -            -               128000  10000  frontier-small  tools
    bedrock/nova-lite         amazon.nova-lite-v1:0                     0.06  0.24 0.015   -     -       0.03/0.12   -          -            -               300000  10000  frontier-small  tools+vision
    bedrock/nova-pro          amazon.nova-pro-v1:0                      0.8   3.2  0.2     -     -       0.4/1.6     0.4/1.6    1.4/5.6      -               300000  10000  frontier-large  tools+vision
    bedrock/nova-premier      amazon.nova-premier-v1:0                  2.5   12.5 0.625   -     -       1.25/6.25   -          4.375/21.875 -               1000000 10000  frontier-large  tools+vision
    bedrock/nova-2-lite       amazon.nova-2-lite-v1:0                   0.3   2.5  0.075   -     -       0.15/1.25   -          0.525/4.375  -               1000000 64000  frontier-small  tools+vision+reasoning
    bedrock/claude-haiku-4-5  anthropic.claude-haiku-4-5-20251001-v1:0  1     5    0.1     1.25  2       0.5/2.5     -          -            -               200000  64000  frontier-small  tools+vision+reasoning
    bedrock/claude-sonnet-4-5 anthropic.claude-sonnet-4-5-20250929-v1:0 3     15   0.3     3.75  6       1.5/7.5     -          -            200k:6/22.5/0.6 200000  64000  frontier-large  tools+vision+reasoning
    bedrock/claude-sonnet-4-6 anthropic.claude-sonnet-4-6               3     15   0.3     3.75  6       -           -          -            -               1000000 64000  frontier-large  tools+vision+reasoning
    bedrock/claude-opus-4-6   anthropic.claude-opus-4-6-v1              5     25   0.5     6.25  10      -           -          -            -               1000000 128000 frontier-large  tools+vision+reasoning
    bedrock/llama3-3-70b      meta.llama3-3-70b-instruct-v1:0           0.72  0.72 -       -     -       0.36/0.36   -          -            -               128000  4096   hosted-open-70b tools
    bedrock/llama4-maverick   meta.llama4-maverick-17b-instruct-v1:0    0.24  0.97 -       -     -       0.12/0.485  -          -            -               1000000 8192   hosted-open-70b tools+vision
    bedrock/mistral-large-3   mistral.mistral-large-3-675b-instruct     0.5   1.5  -       -     -       0.25/0.75   0.25/0.75  0.88/2.63    -               256000  32000  frontier-large  tools+vision
    bedrock/gpt-oss-120b      openai.gpt-oss-120b-1:0                   0.15  0.6  -       -     -       0.075/0.3   0.075/0.3  0.2625/1.05  -               128000  16384  hosted-open-70b tools+reasoning
    bedrock/qwen3-32b         qwen.qwen3-32b-v1:0                       0.15  0.6  -       -     -       0.075/0.3   0.075/0.3  0.2625/1.05  -               32768   8192   hosted-open-70b tools+reasoning
    bedrock/deepseek-v3.2     deepseek.v3.2                             0.62  1.85 -       -     -       0.31/0.925  0.31/0.925 1.085/3.2375 -               164000  8000   hosted-open-70b tools+reasoning
    bedrock/kimi-k2.5         moonshotai.kimi-k2.5                      0.6   3    -       -     -       0.3/1.5     0.3/1.5    1.05/5.25    -               256000  16000  hosted-open-70b tools+vision+reasoning
    """
}
