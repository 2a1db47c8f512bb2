/// Numbered places for plain values: taken and given back in O(1), never moved to another number.
///
/// - Complexity: `take` and `give` O(1) amortised; no allocation once grown to the working size.
struct Slab<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var free: UnsafeMutablePointer<UInt32>
  private var freeCount: Int
  private var capacity: Int
  /// How many places have ever been in use: the numbers below it are valid.
  private(set) var used: Int
  private let blank: Element

  init(blank: Element, capacity: Int = 64) {
    self.blank = blank
    self.capacity = capacity
    base = Slab.allocate(capacity)
    free = .allocate(capacity: capacity)
    freeCount = 0
    used = 0
  }

  deinit {
    base.deallocate()
    free.deallocate()
  }

  /// How many places are taken.
  var taken: Int { used - freeCount }

  /// Takes a place; its content is what was left there, or blank at the first use.
  @inline(__always)
  mutating func take() -> UInt32 {
    if freeCount > 0 {
      freeCount &-= 1
      return free[freeCount]
    }
    if used == capacity { grow() }
    (base + used).initialize(to: blank)
    used &+= 1
    return UInt32(truncatingIfNeeded: used &- 1)
  }

  /// Gives a place back.
  @inline(__always)
  mutating func give(_ number: UInt32) {
    assert(freeCount < used, "a place was given back twice")
    free[freeCount] = number
    freeCount &+= 1
  }

  /// Whether `number` is a place at all.
  @inline(__always)
  func holds(_ number: UInt32) -> Bool { Int(number) < used }

  /// A place, in place: an addressor, because `get` and `_read` copy the whole value to reach one
  /// of its fields (measured: two copies of 450 bytes per routed request).
  subscript(number: UInt32) -> Element {
    @inline(__always) unsafeAddress {
      assert(Int(number) < used, "no such place")
      return UnsafePointer(base + Int(number))
    }
    @inline(__always) unsafeMutableAddress {
      assert(Int(number) < used, "no such place")
      return base + Int(number)
    }
  }

  /// Memory that begins with a line of the cache: an element of 64 bytes is one line, not two.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Element>.stride,
      alignment: max(64, MemoryLayout<Element>.alignment)
    ).bindMemory(to: Element.self, capacity: capacity)
  }

  @inline(never)
  private mutating func grow() {
    let larger = Slab.allocate(capacity * 2)
    larger.moveInitialize(from: base, count: used)
    base.deallocate()
    base = larger
    let list = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
    list.moveInitialize(from: free, count: freeCount)
    free.deallocate()
    free = list
    capacity *= 2
  }
}
