import Scenarios
import Vocabulary

/// Looks at a run for the moment at which the gateway shows that it knows of an incident.
///
/// A breaker that opens, or a deployment that is taken out of rotation, is noted at once; the share
/// of the first attempts that go to the struck deployments is counted in steps of 5 s.
/// - Complexity: O(lines) for a note or an attempt of interest; memory follows the length of the run.
struct DetectionWatch {
  private static let step: Int64 = 5_000_000_000

  /// One line of `expect`, and what was seen of it.
  fileprivate struct Line {
    var place: Int
    var detection: Detection
    var noted: Instant?
    /// First attempts by step: at struck deployments, and at all.
    var struck: [UInt32] = []
    var all: [UInt32] = []
  }

  private var lines: [Line] = []
  private let count: Int

  /// Watches those lines that are about detection in a case.
  init(_ expect: [Expectation], case index: Int) {
    count = expect.count
    for (place, line) in expect.enumerated() where line.cases.contains(index) {
      if case .detection(let detection) = line.reading {
        lines.append(Line(place: place, detection: detection))
      }
    }
  }

  var isIdle: Bool { lines.isEmpty }

  mutating func consume(_ notes: Span<Note>) {
    for index in notes.indices {
      let kind = notes[index].kind
      guard kind == .ejected || (kind == .breakerChanged && notes[index].value == 1) else {
        continue
      }
      let deployment = Int(notes[index].deployment.index)
      let at = notes[index].at
      for place in lines.indices where lines[place].detection.shareBelow == nil {
        let detection = lines[place].detection
        guard at >= detection.from, detection.strikes(deployment) else { continue }
        if let before = lines[place].noted, before <= at { continue }
        lines[place].noted = at
      }
    }
  }

  mutating func consume(_ attempts: Span<AttemptRecord>) {
    for index in attempts.indices where attempts[index].reason == .first {
      let started = attempts[index].started
      let deployment = Int(attempts[index].deployment.index)
      for place in lines.indices where lines[place].detection.shareBelow != nil {
        let detection = lines[place].detection
        guard started >= detection.from else { continue }
        let step = Int(detection.from.nanoseconds(to: started) / DetectionWatch.step)
        lines[place].count(step, isStruck: detection.strikes(deployment))
      }
    }
  }

  /// Seconds to the detection, by line of `expect`: infinite if it never came, `nil` for other lines.
  var seconds: [Double?] {
    var all = [Double?](repeating: nil, count: count)
    for line in lines { all[line.place] = line.seconds(step: DetectionWatch.step) }
    return all
  }
}

extension DetectionWatch.Line {
  fileprivate mutating func count(_ step: Int, isStruck: Bool) {
    guard step < 1 << 20 else { return }
    if step >= all.count {
      let more = step + 1 - all.count
      all.append(contentsOf: repeatElement(0, count: more))
      struck.append(contentsOf: repeatElement(0, count: more))
    }
    all[step] &+= 1
    if isStruck { struck[step] &+= 1 }
  }

  fileprivate func seconds(step: Int64) -> Double {
    guard let share = detection.shareBelow else {
      return noted.map { Double(detection.from.nanoseconds(to: $0)) / 1e9 } ?? .infinity
    }
    for index in all.indices where all[index] > 0 {
      if Double(struck[index]) < share * Double(all[index]) {
        return Double(Int64(index + 1) * step) / 1e9
      }
    }
    return .infinity
  }
}

extension Detection {
  fileprivate func strikes(_ deployment: Int) -> Bool {
    deployment < struck.count && struck[deployment]
  }
}
