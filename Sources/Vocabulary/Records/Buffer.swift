/// A growable list of plain values that keeps its memory when it is emptied.
///
/// What crosses rooms in batches lives here: no reference counting, no copy-on-write check, and no
/// allocation once it has grown to its working size.
/// - Complexity: `append` amortised O(1); `removeAll` O(1).
@frozen
public struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  /// How many elements it holds.
  public var count: Int {
    @inlinable @inline(__always) get { _count }
  }
  @usableFromInline var _count: Int

  /// Makes an empty list with room for `capacity` elements.
  @inlinable
  public init(capacity: Int = 16) {
    self.capacity = max(1, capacity)
    base = .allocate(capacity: self.capacity)
    _count = 0
  }

  @inlinable
  deinit { base.deallocate() }

  /// Whether it holds nothing.
  @inlinable @inline(__always) public var isEmpty: Bool { _count == 0 }

  /// Adds an element at the end.
  @inlinable @inline(__always)
  public mutating func append(_ element: Element) {
    if _count == capacity { grow() }
    (base + _count).initialize(to: element)
    _count &+= 1
  }

  /// Adds a copy of an element where it lies.
  ///
  /// One run of wide moves: a record that is handed on as a value is first taken apart.
  @inlinable @inline(__always)
  public mutating func append(copyOf element: UnsafePointer<Element>) {
    if _count == capacity { grow() }
    (base + _count).initialize(from: element, count: 1)
    _count &+= 1
  }

  /// The element at `index`, in place.
  ///
  /// The index is checked in debug builds only: every index that
  /// reaches a buffer has been made by the code that fills it, and the check was a tenth of the
  /// instructions of a request.
  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      assert(index >= 0 && index < _count, "index outside the buffer")
      return UnsafePointer(base + index)
    }
    @inline(__always) unsafeMutableAddress {
      assert(index >= 0 && index < _count, "index outside the buffer")
      return base + index
    }
  }

  /// Appends copies of `element` until `count` is at least `count`.
  @inlinable
  public mutating func fill(upTo count: Int, with element: Element) {
    while _count < count { append(element) }
  }

  /// Removes all elements and keeps the memory.
  @inlinable @inline(__always)
  public mutating func removeAll() { _count = 0 }

  /// Removes the last element and returns it; traps on an empty list.
  @inlinable @inline(__always)
  public mutating func removeLast() -> Element {
    precondition(_count > 0, "nothing to remove")
    _count &-= 1
    return base[_count]
  }

  /// Calls `body` with the elements as a span.
  @inlinable
  public func withSpan<Result>(_ body: (Span<Element>) throws -> Result) rethrows -> Result {
    try body(UnsafeBufferPointer(start: base, count: _count).span)
  }

  @inlinable @inline(never)
  mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: base, count: _count)
    base.deallocate()
    base = larger
    capacity *= 2
  }
}

extension Buffer: @unchecked Sendable where Element: Sendable {}
