extension PriceBook {
  /// Rows of open-weight models at hosts of many, in the form of `ModelRow.init(line:)`.
  static let openWeights = """
    # model                    litellm                                              in    out  read   write write1h batch flex priority long           window  cap     class           capabilities
    groq/gpt-oss-120b          groq/openai/gpt-oss-120b                             0.15  0.6  0.075  -     -       -     -    -        -              131072  65536   fast-open       tools+reasoning
    groq/gpt-oss-20b           groq/openai/gpt-oss-20b                              0.075 0.3  0.0375 -     -       -     -    -        -              131072  65536   fast-open       tools+reasoning
    cerebras/gpt-oss-120b      cerebras/gpt-oss-120b                                0.35  0.75 -      -     -       -     -    -        -              131072  32768   fast-open       tools+reasoning
    deepseek/deepseek-v4-flash deepseek/deepseek-v4-flash                           0.3   1.2  0.006  -     -       -     -    -        -              1000000 393216  hosted-open-70b tools+reasoning
    deepseek/deepseek-v4-pro   deepseek/deepseek-v4-pro                             1.32  3.96 0.044  -     -       -     -    -        -              1000000 393216  hosted-open-70b tools+reasoning
    deepseek/deepseek-v3.2     deepseek/deepseek-v3.2                               0.28  0.4  0.028  -     -       -     -    -        -              163840  163840  hosted-open-70b tools+reasoning
    together/gpt-oss-120b      together_ai/openai/gpt-oss-120b                      0.15  0.6  -      -     -       -     -    -        -              131072  131072  hosted-open-70b tools+reasoning
    fireworks/deepseek-v3.2    fireworks_ai/accounts/fireworks/models/deepseek-v3p2 0.56  1.68 -      -     -       -     -    -        -              163840  163840  hosted-open-70b tools+reasoning
    fireworks/kimi-k2.5        fireworks_ai/kimi-k2p5                               0.6   3    0.1    -     -       -     -    -        -              262144  32768   hosted-open-70b tools+vision+reasoning
    fireworks/glm-5.1          fireworks_ai/glm-5p1                                 1.4   4.4  0.26   -     -       -     -    -        -              202752  131072  hosted-open-70b tools+reasoning
    deepinfra/llama-3.3-70b    deepinfra/meta-llama/Llama-3.3-70B-Instruct          0.23  0.4  -      -     -       -     -    -        -              131072  131072  hosted-open-70b tools
    deepinfra/llama-3.1-8b     deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct      0.03  0.05 -      -     -       -     -    -        -              131072  131072  hosted-open-70b tools
    deepinfra/qwen3-235b       deepinfra/Qwen/Qwen3-235B-A22B-Instruct-2507         0.09  0.55 -      -     -       -     -    -        -              262144  262144  hosted-open-70b tools
    deepinfra/deepseek-v3.2    deepinfra/deepseek-ai/DeepSeek-V3.2                  0.26  0.38 0.13   -     -       -     -    -        -              163840  163840  hosted-open-70b tools+reasoning
    deepinfra/gemma-3-27b      deepinfra/google/gemma-3-27b-it                      0.08  0.16 -      -     -       -     -    -        -              131072  131072  hosted-open-70b tools+vision
    deepinfra/glm-5            deepinfra/zai-org/GLM-5                              0.6   2.08 0.12   -     -       -     -    -        -              202752  202752  hosted-open-70b tools+reasoning
    xai/grok-4.3               xai/grok-4.3                                         1.25  2.5  0.2    -     -       1/2   -    -        200k:2.5/5/0.4 1000000 1000000 frontier-large  tools+vision+reasoning
    xai/grok-4.6               xai/grok-4.6                                         2     6    0.5    -     -       -     -    -        200k:4/12/1    500000  500000  frontier-large  tools+vision+reasoning
    """
}
