extension PriceBook {
  /// Rows of Mistral's own platform, in the form of `ModelRow.init(line:)`.
  static let mistral = """
    # model                         litellm                         in   out  read  write write1h batch flex priority long window  cap     class          capabilities
    mistral/mistral-large-4         mistral/mistral-large-4         1.36 4.18 0.14  -     -       -     -    -        -    1048576 1048576 frontier-large tools+vision
    mistral/mistral-large-3         mistral/mistral-large-3         0.5  1.5  0.05  -     -       -     -    -        -    262144  262144  frontier-large tools+vision
    mistral/mistral-medium-3-5      mistral/mistral-medium-3-5      1.5  7.5  0.15  -     -       -     -    -        -    262144  262144  frontier-large tools+vision
    mistral/mistral-small-2603      mistral/mistral-small-2603      0.15 0.6  0.015 -     -       -     -    -        -    262144  262144  frontier-small tools+vision
    mistral/ministral-3-3b-2512     mistral/ministral-3-3b-2512     0.1  0.1  0.01  -     -       -     -    -        -    131072  131072  frontier-small tools+vision
    mistral/ministral-3-8b-2512     mistral/ministral-3-8b-2512     0.15 0.15 0.015 -     -       -     -    -        -    262144  262144  frontier-small tools+vision
    mistral/ministral-3-14b-2512    mistral/ministral-3-14b-2512    0.2  0.2  0.02  -     -       -     -    -        -    262144  262144  frontier-small tools+vision
    mistral/codestral-2508          mistral/codestral-2508          0.3  0.9  0.03  -     -       -     -    -        -    128000  128000  frontier-small tools
    mistral/magistral-medium-latest mistral/magistral-medium-latest 1.5  7.5  0.15  -     -       -     -    -        -    262144  262144  reasoning      tools+vision+reasoning
    mistral/devstral-latest         mistral/devstral-latest         0.4  2    0.04  -     -       -     -    -        -    256000  256000  frontier-small tools
    mistral/open-mistral-nemo       mistral/open-mistral-nemo       0.3  0.3  0.03  -     -       -     -    -        -    128000  128000  frontier-small tools
    """
}
