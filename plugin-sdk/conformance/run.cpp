#include <stdlib.h>

#include <filesystem>
#include <random>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance {
namespace {

struct Finished {
  const Case* what;
  Report report;
};

bool passed(Verdict verdict) {
  return verdict == Verdict::pass || verdict == Verdict::warn || verdict == Verdict::skip;
}

// Exceptions of the plugin end here too: one that crosses a C function is a defect of its own.
Report run_case(const Case& c, Context& context) {
  try {
    c.check(context);
    return {};
  } catch (const Ended& ended) {
    return {ended.verdict, ended.text, 0};
  } catch (const std::runtime_error& e) {
    return {Verdict::fail, e.what(), 0};
  } catch (...) {
    return {Verdict::fail, "an exception escaped from the plugin", 0};
  }
}

class Workspace {
 public:
  Workspace() : path_((std::filesystem::temp_directory_path() / "chela-check-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("making a folder for the check: " + path_);
  }
  Workspace(const Workspace&) = delete;
  ~Workspace() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Cases stand in the workspace; run in this process they would leave it there.
class KeptFolder {
 public:
  KeptFolder() : path_(std::filesystem::current_path(error_)) {}
  KeptFolder(const KeptFolder&) = delete;
  ~KeptFolder() { std::filesystem::current_path(path_, error_); }

 private:
  std::error_code error_;
  std::filesystem::path path_;
};

std::vector<Finished> run_all(const Options& options, const Manifest& manifest, std::uint64_t seed) {
  std::vector<Finished> out;
  const Case* closed = nullptr;  // the gate that did not pass
  const Workspace workspace;
  const KeptFolder kept;
  for (const Case& c : all_cases()) {
    if (!options.filter.empty() && std::string_view(c.name).find(options.filter) == std::string_view::npos) continue;
    if (closed != nullptr) {
      out.push_back({&c, {Verdict::skip, fmt::format("{} did not pass", closed->name), 0}});
      continue;
    }
    Context context{options, manifest, workspace.path(), std::mt19937_64(seed)};
    auto body = [&] { return run_case(c, context); };
    out.push_back({&c, options.in_process ? body() : run_in_child(body, options.deadline_ms)});
    if (c.gate && !passed(out.back().report.verdict)) closed = &c;
  }
  return out;
}

void write_lines(const Options& options, const std::vector<Finished>& finished, std::uint64_t seed, std::FILE* out) {
  int bad = 0;
  int warnings = 0;
  int skipped = 0;
  for (const auto& [c, report] : finished) {
    fmt::print(out, "{:5}  {:30}  {}\n", name_of(report.verdict), c->name, c->sentence);
    if (!report.text.empty()) fmt::print(out, "       {:30}  -> {}\n", "", report.text);
    bad += passed(report.verdict) ? 0 : 1;
    warnings += report.verdict == Verdict::warn ? 1 : 0;
    skipped += report.verdict == Verdict::skip ? 1 : 0;
  }
  fmt::print(out, "\n{}: {} of {} cases failed, {} warned, {} skipped (seed {})\n", options.library, bad,
             finished.size(), warnings, skipped, seed);
}

void write_json(const Options& options, const std::vector<Finished>& finished, std::uint64_t seed, std::FILE* out) {
  nlohmann::json cases = nlohmann::json::array();
  for (const auto& [c, report] : finished) {
    cases.push_back({{"name", c->name},
                     {"sentence", c->sentence},
                     {"outcome", name_of(report.verdict)},
                     {"text", report.text},
                     {"timeMs", report.time_ms}});
  }
  const nlohmann::json all = {{"library", options.library}, {"seed", seed}, {"cases", cases}};
  fmt::print(out, "{}\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int check(Options options, std::FILE* out) {
  std::error_code error;
  const auto library = std::filesystem::absolute(options.library, error);  // cases change the folder
  if (error || !std::filesystem::is_regular_file(library, error)) {
    throw std::runtime_error(fmt::format("checking {}: there is no such file", options.library));
  }
  options.library = library.string();
  if (options.manifest.empty()) options.manifest = (library.parent_path() / "chela.plugin.json").string();
  const Manifest manifest = read_manifest(options.manifest);
  if (!options.in_process && thread_count() > 1) {
    throw std::runtime_error("checking a plugin: the process has several threads and cannot fork safely");
  }
  std::uint64_t seed = options.seed;
  while (seed == 0) seed = std::random_device()();
  std::fflush(out);
  const std::vector<Finished> finished = run_all(options, manifest, seed);
  if (finished.empty()) throw std::runtime_error(fmt::format("no case's name contains \"{}\"", options.filter));
  options.json ? write_json(options, finished, seed, out) : write_lines(options, finished, seed, out);
  for (const auto& entry : finished) {
    if (!passed(entry.report.verdict)) return 1;
  }
  return 0;
}

}  // namespace

std::vector<CaseName> case_names() {
  std::vector<CaseName> out;
  for (const Case& c : all_cases()) out.push_back({c.name, c.sentence});
  return out;
}

int run(const Options& options, std::FILE* out) {
  try {
    return check(options, out);
  } catch (const std::exception& e) {
    fmt::print(out, "{}\n", e.what());
    return 2;
  }
}

}  // namespace chela::conformance
