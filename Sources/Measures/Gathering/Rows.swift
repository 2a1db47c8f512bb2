/// A table of plain values that is changed in place: no reference counting, no copy-on-write check.
///
/// The arrays of the hot path; what leaves the room is copied into ordinary arrays.
/// - Complexity: access O(1), checked; `grow` O(count).
struct Rows<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private(set) var count: Int

  init(repeating element: Element, count: Int) {
    self.count = max(0, count)
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: element, count: self.count)
  }

  deinit { base.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      precondition(index >= 0 && index < count, "index outside the table")
      return UnsafePointer(base + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(index >= 0 && index < count, "index outside the table")
      return base + index
    }
  }

  /// The row at an index that lies inside because of how it was made: checked in debug builds only.
  subscript(proven index: Int) -> Element {
    @inline(__always) unsafeAddress {
      assert(index >= 0 && index < count, "index outside the table")
      return UnsafePointer(base + index)
    }
    @inline(__always) unsafeMutableAddress {
      assert(index >= 0 && index < count, "index outside the table")
      return base + index
    }
  }

  /// Where a row lies, until the table grows.
  mutating func address(of index: Int) -> UnsafeMutablePointer<Element> {
    precondition(index >= 0 && index < count, "index outside the table")
    return base + index
  }

  /// Adds rows until there are `larger`.
  @inline(never)
  mutating func grow(to larger: Int, with element: Element) {
    guard larger > count else { return }
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    moved.moveInitialize(from: base, count: count)
    (moved + count).initialize(repeating: element, count: larger - count)
    base.deallocate()
    base = moved
    count = larger
  }

  /// An ordinary array of the first `length` rows (all of them by default).
  func array(_ length: Int = .max) -> [Element] {
    Array(UnsafeBufferPointer(start: base, count: min(count, length)))
  }
}
