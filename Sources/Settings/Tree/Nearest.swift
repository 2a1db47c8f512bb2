/// Finds the allowed name that a misspelt one was probably meant to be.
///
/// Names are compared without case, hyphens, underscores and spaces, so `leastInFlight` finds
/// `least-in-flight`. The distance counts insertions, deletions, substitutions and swaps of
/// neighbours (Damerau–Levenshtein in its restricted form); it may be at most a third of the longer
/// name, and one for names of two or three letters.
/// - Complexity: O(sum of the products of the lengths), for names of similar length only.
public enum Nearest {
  /// The name nearest to `name`, the first of equals; `nil` if none is near.
  public static func spelling(of name: String, among names: [String]) -> String? {
    let wanted = folded(name)
    var best: (name: String, distance: Int)?
    for candidate in names where candidate != name {
      let other = folded(candidate)
      let longer = max(wanted.count, other.count)
      let limit = min(longer == 2 ? 1 : longer / 3, (best?.distance ?? .max) - 1)
      guard limit >= 0, abs(wanted.count - other.count) <= limit else { continue }
      let distance = distance(wanted, other)
      if distance <= limit { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The number of insertions, deletions, substitutions and swaps that lead from one to the other.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in 0..<left.count {
      var row = [i + 1]
      row.reserveCapacity(right.count + 1)
      for j in 0..<right.count {
        var cost = min(last[j + 1] + 1, row[j] + 1)
        cost = min(cost, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.prefix(256).compactMap { byte in
      switch byte {
      case 0x41...0x5A: byte | 0x20
      case 0x2D, 0x5F, 0x20: nil
      default: byte
      }
    }
  }
}
