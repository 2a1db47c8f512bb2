import Testing

@testable import Laboratory

@Suite("Parallel work")
struct ParallelTests {
  @Test("is folded in the order of the tasks")
  func order() throws {
    for jobs in [1, 2, 4] {
      let folded = try Parallel.fold(count: 200, jobs: jobs, into: [Int]()) { task in
        var sum = task
        for _ in 0..<((task * 7919) % 97) { sum &+= 1 }
        return sum &- (task * 7919) % 97
      } fold: { list, index, value in
        list.append(value)
        if index != value { list.append(-1) }
      }
      #expect(folded == Array(0..<200))
    }
  }

  private struct Failure: Error, Equatable { var task: Int }

  @Test("throws the error of the first task that fails")
  func firstError() {
    for jobs in [1, 2, 4] {
      #expect(throws: Failure(task: 5)) {
        _ = try Parallel.fold(count: 100, jobs: jobs, into: 0) { task in
          if task >= 5 { throw Failure(task: task) }
          return task
        } fold: { sum, _, value in
          sum += value
        }
      }
    }
  }
}
