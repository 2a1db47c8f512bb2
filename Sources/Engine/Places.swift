/// What is on its way, each at a place that an event can name until it is taken.
///
/// Gaps are filled first, the latest one before the others: places follow from the order of what was
/// put and taken alone.
/// - Complexity: O(1); memory follows the most that was ever on its way at once.
struct Places<Element> {
  private var elements: [Element?] = []
  private var gaps: [Int] = []

  /// Puts something at a place of its own.
  mutating func put(_ element: Element) -> Int {
    guard let gap = gaps.popLast() else {
      elements.append(element)
      return elements.count - 1
    }
    elements[gap] = element
    return gap
  }

  /// Takes what is at a place; `nil` if nothing is.
  mutating func take(_ place: Int) -> Element? {
    guard let element = elements[place] else { return nil }
    elements[place] = nil
    gaps.append(place)
    return element
  }

  /// All that was put and not taken, by place.
  var left: [Element] { elements.compactMap { $0 } }
}
