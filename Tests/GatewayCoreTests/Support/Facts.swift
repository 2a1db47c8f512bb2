import Testing

extension Tag {
  /// A rule of a real gateway, as its source states it; the test's name says whose.
  @Tag static var fact: Self
}
