extension PriceBook {
  /// Rows of Google's Gemini API, in the form of `ModelRow.init(line:)`.
  static let google = """
    # model                       litellm                       in   out  read  write write1h batch       flex        priority  long             window  cap   class          capabilities
    google/gemini-2.5-pro         gemini/gemini-2.5-pro         1.25 10   0.125 -     -       0.625/5     0.625/5     2.25/18   200k:2.5/15/0.25 1048576 65536 reasoning      tools+vision+reasoning
    google/gemini-2.5-flash       gemini/gemini-2.5-flash       0.3  2.5  0.03  -     -       0.15/1.25   0.15/1.25   0.54/4.5  -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-2.5-flash-lite  gemini/gemini-2.5-flash-lite  0.1  0.4  0.01  -     -       0.05/0.2    0.05/0.2    0.18/0.72 -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.1-pro-preview gemini/gemini-3.1-pro-preview 2    12   0.2   -     -       1/6         1/6         3.6/21.6  200k:4/18/0.4    1048576 65536 reasoning      tools+vision+reasoning
    google/gemini-3-flash-preview gemini/gemini-3-flash-preview 0.5  3    0.05  -     -       0.25/1.5    0.25/1.5    0.9/5.4   -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.1-flash-lite  gemini/gemini-3.1-flash-lite  0.25 1.5  0.025 -     -       0.125/0.75  0.125/0.75  0.45/2.7  -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.5-flash       gemini/gemini-3.5-flash       1.5  9    0.15  -     -       0.75/4.5    0.75/4.5    2.7/16.2  -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.5-flash-lite  gemini/gemini-3.5-flash-lite  0.3  2.5  0.03  -     -       0.15/1.25   0.15/1.25   0.54/4.5  -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.6-flash       gemini/gemini-3.6-flash       0.75 3.75 0.075 -     -       0.375/1.875 0.375/1.875 1.35/6.75 -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.7-flash       gemini/gemini-3.7-flash       0.75 3.75 0.075 -     -       0.375/1.875 0.375/1.875 1.35/6.75 -                1048576 65536 frontier-small tools+vision+reasoning
    google/gemini-3.8-flash       gemini/gemini-3.8-flash       0.75 3.75 0.075 -     -       0.375/1.875 0.375/1.875 1.35/6.75 -                1048576 65536 frontier-small tools+vision+reasoning
    """
}
