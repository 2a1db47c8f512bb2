import Foundation
import Traffic

/// usage: trace-reader FILE ROWS LEAST_ROWS_PER_SECOND MOST_MEGABYTES

func memory() -> Double {
  var usage = rusage()
  #if canImport(Glibc)
    _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    _ = getrusage(RUSAGE_SELF, &usage)
  #endif
  return Double(usage.ru_maxrss) / 1024
}

let words = CommandLine.arguments
guard words.count == 5, let rows = Int(words[2]), let least = Double(words[3]),
  let most = Double(words[4])
else {
  print("usage: trace-reader FILE ROWS LEAST_ROWS_PER_SECOND MOST_MEGABYTES")
  exit(2)
}
var best = Double.infinity
for _ in 0..<3 {
  let begin = clock()
  let read = try TraceSummary(path: words[1], format: .azureLLM).rows
  best = min(best, Double(clock() - begin) / Double(CLOCKS_PER_SEC))
  guard read == rows else {
    print("read \(read) rows of \(rows)")
    exit(1)
  }
}
print("\(Int(Double(rows) / best)) rows/s, at least \(Int(least)); \(Int(memory())) MB at most")
exit(Double(rows) / best >= least && memory() <= most ? 0 : 1)
