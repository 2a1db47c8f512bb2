extension PriceBook {
  /// Rows of Anthropic's own platform, in the form of `ModelRow.init(line:)`.
  static let anthropic = """
    # model                     litellm           in  out read write write1h batch     flex priority long window  cap    class          capabilities
    anthropic/claude-haiku-4-5  claude-haiku-4-5  1   5   0.1  1.25  2       0.5/2.5   -    -        -    200000  64000  frontier-small tools+vision+reasoning
    anthropic/claude-sonnet-4-5 claude-sonnet-4-5 3   15  0.3  3.75  6       1.5/7.5   -    -        -    200000  64000  frontier-large tools+vision+reasoning
    anthropic/claude-sonnet-4-6 claude-sonnet-4-6 3   15  0.3  3.75  6       1.5/7.5   -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-opus-4-5   claude-opus-4-5   5   25  0.5  6.25  10      2.5/12.5  -    -        -    200000  64000  frontier-large tools+vision+reasoning
    anthropic/claude-opus-4-6   claude-opus-4-6   5   25  0.5  6.25  10      2.5/12.5  -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-opus-4-7   claude-opus-4-7   5   25  0.5  6.25  10      2.5/12.5  -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-opus-4-8   claude-opus-4-8   5   25  0.5  6.25  10      2.5/12.5  -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-sonnet-5   claude-sonnet-5   2   10  0.2  2.5   4       1/5       -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-sonnet-5-5 claude-sonnet-5-5 2   10  0.1  2.5   4       1/5       -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-opus-5     claude-opus-5     5   25  0.5  6.25  10      2.5/12.5  -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-opus-5-5   claude-opus-5-5   4   20  0.2  5     8       2/10      -    -        -    1000000 128000 frontier-large tools+vision+reasoning
    anthropic/claude-haiku-5-5  claude-haiku-5-5  0.1 0.5 0.01 0.125 0.2     0.05/0.25 -    -        -    1000000 128000 frontier-small tools+vision+reasoning
    """
}
