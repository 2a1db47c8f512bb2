extension PriceBook {
  /// Rows of OpenAI's own platform, in the form of `ModelRow.init(line:)`.
  static let openAI = """
    # model              litellm       in   out  read  write write1h batch      flex       priority long               window  cap    class          capabilities
    openai/gpt-4o        gpt-4o        2.5  10   1.25  -     -       1.25/5     -          4.25/17  -                  128000  16384  frontier-large tools+vision
    openai/gpt-4o-mini   gpt-4o-mini   0.15 0.6  0.075 -     -       0.075/0.3  -          0.25/1   -                  128000  16384  frontier-small tools+vision
    openai/gpt-4.1       gpt-4.1       2    8    0.5   -     -       1/4        -          3.5/14   -                  1047576 32768  frontier-large tools+vision
    openai/gpt-4.1-mini  gpt-4.1-mini  0.4  1.6  0.1   -     -       0.2/0.8    -          0.7/2.8  -                  1047576 32768  frontier-small tools+vision
    openai/o3            o3            2    8    0.5   -     -       1/4        1/4        3.5/14   -                  200000  100000 reasoning      tools+vision+reasoning
    openai/gpt-5         gpt-5         1.25 10   0.125 -     -       0.625/5    0.625/5    2.5/20   -                  272000  128000 reasoning      tools+vision+reasoning
    openai/gpt-5-mini    gpt-5-mini    0.25 2    0.025 -     -       0.125/1    0.125/1    0.45/3.6 -                  272000  128000 frontier-small tools+vision+reasoning
    openai/gpt-5-nano    gpt-5-nano    0.05 0.4  0.005 -     -       0.025/0.2  0.025/0.2  -        -                  272000  128000 frontier-small tools+vision+reasoning
    openai/gpt-5.1       gpt-5.1       1.25 10   0.125 -     -       0.625/5    0.625/5    2.5/20   -                  272000  128000 reasoning      tools+vision+reasoning
    openai/gpt-5.2       gpt-5.2       1.75 14   0.175 -     -       0.875/7    0.875/7    3.5/28   -                  272000  128000 frontier-large tools+vision+reasoning
    openai/gpt-5.2-pro   gpt-5.2-pro   21   168  -     -     -       10.5/84    -          -        -                  272000  128000 reasoning      tools+vision+reasoning
    openai/gpt-5.4       gpt-5.4       2.5  15   0.25  -     -       1.25/7.5   1.25/7.5   5/30     272k:5/22.5/0.5    1050000 128000 frontier-large tools+vision+reasoning
    openai/gpt-5.4-mini  gpt-5.4-mini  0.75 4.5  0.075 -     -       0.375/2.25 0.375/2.25 1.5/9    -                  272000  128000 frontier-small tools+vision+reasoning
    openai/gpt-5.4-nano  gpt-5.4-nano  0.2  1.25 0.02  -     -       0.1/0.625  0.1/0.625  -        -                  272000  128000 frontier-small tools+vision+reasoning
    openai/gpt-5.5       gpt-5.5       5    30   0.5   -     -       2.5/15     2.5/15     12.5/75  272k:10/45/1       1050000 128000 frontier-large tools+vision+reasoning
    openai/gpt-5.6       gpt-5.6       4    20   0.4   5     -       2/10       2/10       8/40     272k:8/30/0.8      922000  128000 frontier-large tools+vision+reasoning
    openai/gpt-6-astra   gpt-6-astra   10   50   1     12.5  -       5/25       5/25       20/100   272k:20/75/2       922000  128000 reasoning      tools+vision+reasoning
    openai/gpt-6-sol     gpt-6-sol     2    10   0.2   2.5   -       1/5        1/5        4/20     272k:4/15/0.4      922000  128000 frontier-large tools+vision+reasoning
    openai/gpt-6-luna    gpt-6-luna    0.1  0.5  0.01  0.125 -       0.05/0.25  0.05/0.25  0.2/1    272k:0.2/0.75/0.02 922000  128000 frontier-small tools+vision+reasoning
    openai/gpt-6.1-sol   gpt-6.1-sol   2    10   0.1   2.5   -       1/5        1/5        4/20     272k:4/15/0.2      922000  128000 frontier-large tools+vision+reasoning
    openai/gpt-6.1-terra gpt-6.1-terra 1    5    0.05  1.25  -       0.5/2.5    0.5/2.5    2/10     272k:2/7.5/0.1     922000  128000 frontier-small tools+vision+reasoning
    """
}
