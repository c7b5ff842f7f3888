#include "kernel/runtime/skills/needs/install.hpp"

#include <algorithm>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/process.hpp"
#include "kernel/core/platform/program_path.hpp"
#include "kernel/runtime/skills/needs/download.hpp"
#include "kernel/runtime/skills/needs/placing.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

constexpr Duration kTimeoutMin = std::chrono::seconds(1);
constexpr Duration kTimeoutMax = std::chrono::seconds(900);
constexpr std::size_t kCapturedMax = 1 << 20;
constexpr std::size_t kOutputMax = 16 << 10;
constexpr std::size_t kLineMax = 200;

std::string tail_of(const std::string& text) {
  auto sound = repair_utf8(text);
  if (sound.size() <= kOutputMax) return sound;
  auto at = sound.size() - kOutputMax;
  while (at < sound.size() && (static_cast<unsigned char>(sound[at]) & 0xC0) == 0x80) ++at;
  return sound.substr(at);
}

// The line of an installer's words that says what went wrong.
std::string_view telling_line(std::string_view output) {
  std::string_view last, failed;
  for (auto line : split(output, '\n')) {
    line = trim(line);
    if (line.empty()) continue;
    last = line;
    auto lower = to_lower(line);
    if (lower.starts_with("error")) return cut_utf8(line, kLineMax);
    bool says_so = lower.contains("err!") || lower.contains("error:") || lower.contains("failed");
    if (failed.empty() && says_so) failed = line;
  }
  return cut_utf8(failed.empty() ? last : failed, kLineMax);
}

void check_bins(const Plan& plan, Installed& out) {
  for (const auto& program : plan.bins) {
    if (platform::find_program(program, plan.path).empty()) out.missing_bins.push_back(program);
  }
  out.succeeded = out.missing_bins.empty();
  if (!out.succeeded) {
    out.summary = fmt::format("it ended well, and yet {} is not there: put it on PATH or install it by hand",
                              fmt::join(out.missing_bins, ", "));
  }
}

Installed outcome_of(const Plan& plan, const platform::ExitStatus& ended, Duration timeout) {
  Installed out{.exit_code = ended.exit_code};
  out.output = tail_of(ended.output + (ended.output.empty() || ended.error_output.empty() ? "" : "\n") +
                       ended.error_output);
  if (ended.timed_out) {
    out.summary = fmt::format("{} did not end within {} s and was stopped", plan.argv[0],
                              std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  } else if (!ended.succeeded()) {
    auto words = trim(ended.error_output).empty() ? out.output : repair_utf8(ended.error_output);
    auto how = ended.signal != 0 ? fmt::format("signal {}", ended.signal) : fmt::format("exit {}", ended.exit_code);
    out.summary = fmt::format("{} failed ({}): {}", plan.argv[0], how, telling_line(words));
  } else {
    out.summary = "installed";
    check_bins(plan, out);
  }
  return out;
}

Task<Result<Installed>> run_installer(Loop& loop, Plan plan, Duration timeout, CancelToken cancel) {
  platform::ProcessRequest request{.argv = plan.argv,
                                   .environment = plan.environment,
                                   .working_directory = plan.tools,  // where no project's settings lie
                                   .output_bytes_max = kCapturedMax,
                                   .timeout = timeout};
  auto ran = co_await platform::run_process(loop, std::move(request), cancel);
  if (!ran && ran.error().code == ErrorCode::cancelled) co_return std::unexpected(std::move(ran.error()));
  if (!ran) co_return Installed{.summary = std::move(ran.error().message), .exit_code = -1};
  co_return outcome_of(plan, *ran, timeout);
}

// Everything of it is gone when it is destroyed, but for what was moved away.
class Staging {
 public:
  static Result<std::shared_ptr<Staging>> make(const fs::path& tools) {
    auto folder = tools / (".download-" + random_hex(12));
    CHELA_CHECK(platform::make_private_directory(folder));
    return std::shared_ptr<Staging>(new Staging(std::move(folder)));
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  const fs::path& folder() const { return folder_; }

 private:
  explicit Staging(fs::path folder) : folder_(std::move(folder)) {}

  fs::path folder_;
};

Task<Result<bool>> download_and_place(InstallContext context, Plan plan, Duration timeout, CancelToken cancel) {
  CHELA_CO_TRY(auto staging, Staging::make(plan.tools));
  Download wanted{.url = plan.url, .sha256 = plan.sha256, .file = staging->folder() / "download",
                  .timeout = timeout, .local_too = context.local_downloads};
  auto file = wanted.file;
  auto received = co_await download(context.loop, std::move(wanted), cancel);
  if (!received) co_return std::unexpected(std::move(received.error()));
  // The folder is gone before anybody hears of the end.
  auto work = run_blocking<bool>(context.loop, [plan, own = std::move(staging), file]() mutable -> Result<bool> {
    auto used = std::move(own);
    CHELA_TRY(const auto* engine, packages::load_packages_module());
    CHELA_CHECK(place(*engine, plan, file, used->folder()));
    return true;
  });
  co_return co_await std::move(work);
}

}  // namespace

Task<Result<Installed>> install(InstallContext context, Plan plan, std::string approved, CancelToken cancel) {
  if (approved.empty() || approved != plan.shown)
    co_return fail(ErrorCode::denied, "nobody agreed to: {}", plan.shown);
  auto timeout = std::clamp(context.timeout, kTimeoutMin, kTimeoutMax);
  CHELA_CO_CHECK(platform::make_private_directory(plan.tools));
  if (!plan.argv.empty()) co_return co_await run_installer(context.loop, std::move(plan), timeout, std::move(cancel));
  auto done = co_await download_and_place(context, plan, timeout, std::move(cancel));
  if (!done && done.error().code == ErrorCode::cancelled) co_return std::unexpected(std::move(done.error()));
  if (!done) co_return Installed{.summary = std::move(done.error().message)};
  Installed out{.summary = "downloaded to " + plan.destination.string()};
  check_bins(plan, out);
  co_return out;
}

}  // namespace chela::runtime::skills::needs
