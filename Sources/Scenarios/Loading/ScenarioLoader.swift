import Foundation
import Settings
import Traffic

/// Loads scenarios: from a path to something that can be run, or one clear error.
///
/// read → JSON5 → `use` → `from`, `extends` → `--set` → compile. The same file with the same options
/// gives the same scenario.
public enum ScenarioLoader {
  /// Loads a scenario from a file, or from `scenario.json5` in a folder.
  public static func load(
    path: String, options: ScenarioOptions = ScenarioOptions()
  ) throws(ScenarioError) -> Scenario {
    let file = try scenarioFile(path)
    var files = SourceFiles(folder: FilePath.folder(of: file))
    let folder = FilePath.folder(of: file)
    let written = try assemble(file, options, &files)
    let data = dataFolders(beside: folder, options, files)
    let tree = try MeasuredLaws.resolved(written, in: data, &files)
    try settings { () throws(SettingError) in
      try UnknownKeys.check(Scenario.withoutGatewayIncidents(tree), ScenarioSchema.parameters)
    }
    try Difficulties.findTraces(of: tree, in: data)
    var scenario = try settings { () throws(SettingError) in
      try Scenario(tree: tree, data: data)
    }
    scenario.path = file
    scenario.name = FilePath.name(
      of: FilePath.name(of: file) == fileName && !folder.isEmpty ? folder : file)
    if !options.cases.isEmpty {
      let all = scenario.cases.map(\.name)
      scenario.cases = try chosen(options.cases, of: scenario.cases)
      scenario.expectations.keep(scenario.cases.map { all.firstIndex(of: $0.name) ?? -1 })
    }
    for stream in scenario.streams {
      let mention = tree["traffic"]?[stream.name]?["trace"]
      try files.addData(of: stream, in: scenario.data, mention: mention)
    }
    scenario.inputs = files.inputs
    return scenario
  }

  /// Where data files are looked for: beside the scenario, in the folders given, beside fragments.
  private static func dataFolders(
    beside folder: String, _ options: ScenarioOptions, _ files: SourceFiles
  ) -> DataFolders {
    var folders = options.dataFolders
    for used in files.folders where used != FilePath.standard(folder) { folders.append(used) }
    return DataFolders(beside: folder, given: folders)
  }

  /// The file that a folder is searched for.
  public static let fileName = "scenario.json5"

  private static func scenarioFile(_ path: String) throws(ScenarioError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .file(
        path: path, problem: "no such file or folder",
        next: "name a scenario file, or a folder that holds \(fileName)")
    }
    if !isFolder.boolValue { return FilePath.standard(path) }
    let file = FilePath.standard(FilePath.join(path, fileName))
    guard FileManager.default.fileExists(atPath: file) else {
      throw .file(
        path: path, problem: "the folder holds no \(fileName)",
        next: "name a folder that does, or the scenario file itself")
    }
    return file
  }

  /// The whole tree: fragments, policies from outside, `extends`, and what the options change.
  private static func assemble(
    _ file: String, _ options: ScenarioOptions, _ files: inout SourceFiles
  ) throws(ScenarioError) -> Setting {
    var tree = try Fragments.merged(file, &files)
    for policy in options.policies { tree = try PolicyFiles.added(policy, to: tree, &files) }
    tree = try Inheritance.resolved(tree, &files)
    for set in options.sets {
      let before = tree
      tree = try settings { () throws(SettingError) in try Overrides.set(set, in: before) }
    }
    let whole = tree.withoutNulls()
    return try settings { () throws(SettingError) in try options.applied(to: whole) }
  }

  private static func chosen(
    _ names: [String], of cases: [Scenario.Case]
  ) throws(ScenarioError) -> [Scenario.Case] {
    var result: [Scenario.Case] = []
    for name in names {
      guard let found = cases.first(where: { $0.name == name }) else {
        let option = Setting(
          .string(name), at: Position(file: "--case \(name)", line: 0, column: 0))
        throw .setting(
          SettingError(at: option, unknown: "case", name: name, among: cases.map(\.name)))
      }
      result.append(found)
    }
    return result
  }
}
