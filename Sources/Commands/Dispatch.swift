import Laboratory
import Scenarios
import Settings
import Traffic

/// Runs one command line and tells its exit status.
///
/// Errors are written to `err`: what is wrong, where, why, and what to do next.
/// - Parameters:
///   - arguments: The words after the program's name.
///   - out: Where the result goes.
///   - err: Where progress and errors go.
///   - more: Verbs beside those of this room.
public func run(
  _ arguments: [String], out: any TextOutput, err: any TextOutput, adding more: [Verb] = []
) -> Int32 {
  let verbs = Verb.all + more
  do {
    return try dispatch(arguments, out: out, err: err, verbs: verbs).rawValue
  } catch LaboratoryError.cancelled {
    err.line("stopped: nothing was written")
    return ExitStatus.interrupted.rawValue
  } catch let error as CommandError {
    let verb = verbs.first { $0.name == arguments.first }
    err.line(
      (["gateway-lab"] + (verb.map { [$0.name] } ?? [])).joined(separator: " ") + ": \(error)")
    return ExitStatus.wrongInput.rawValue
  } catch {
    err.line("\(error)")
    return ExitStatus.wrongInput.rawValue
  }
}

private func dispatch(
  _ arguments: [String], out: any TextOutput, err: any TextOutput, verbs: [Verb]
) throws -> ExitStatus {
  guard let name = arguments.first else {
    err.write(Help.overview(verbs))
    return .wrongInput
  }
  let rest = Array(arguments.dropFirst())
  switch name {
  case "--version":
    out.line("gateway-lab \(Version.number)")
    return .fine
  case "help" where rest.count == 1 && rest[0] != "--help":
    out.write(Help.page(try verb(rest[0], verbs)))
    return .fine
  case "--help", "help":
    out.write(Help.overview(verbs))
    return .fine
  default: break
  }
  if name.hasPrefix("-") {
    throw CommandError(
      "unknown option \(name): a verb comes first",
      suggestion: Nearest.spelling(of: name, among: ["--help", "--version"]),
      next: "gateway-lab --help")
  }
  let verb = try verb(name, verbs)
  if rest.prefix(while: { $0 != "--" }).contains("--help") {
    out.write(Help.page(verb))
    return .fine
  }
  return try verb.body(
    try Invocation(verb, arguments: rest, out: out, err: err, verbs: verbs))
}

private func verb(_ name: String, _ verbs: [Verb]) throws(CommandError) -> Verb {
  if let verb = verbs.first(where: { $0.name == name }) { return verb }
  throw CommandError(
    unknown: "verb", name, among: verbs.map(\.name), next: "gateway-lab --help")
}

/// The version of the tool.
public enum Version {
  /// The number.
  public static let number = "0.1.0"
}
