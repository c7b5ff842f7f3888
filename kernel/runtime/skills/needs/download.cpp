#include "kernel/runtime/skills/needs/download.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/net/public_address.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

constexpr int kRedirectsMax = 5;

Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("writing the download", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// Writes what comes into the file and hashes it on the way.
class Receiver final : public net::EgressListener {
 public:
  explicit Receiver(platform::OwnedDescriptor file) : file_(std::move(file)) {}

  void on_head(int status, const net::Headers&) override { status_ = status; }

  void on_body(std::string_view bytes) override {
    if (status_ != 200 || !problem_.has_value()) return;
    hash_.add(bytes);
    bytes_ += bytes.size();
    problem_ = write_all(file_.get(), bytes);
  }

  void on_done(Result<void> result) override { done_.set(std::move(result)); }

  Completion<Result<void>>& done() { return done_; }

  // Once done.
  Result<std::uint64_t> verdict(const Download& wanted) {
    if (status_ != 200) return fail(ErrorCode::unavailable, "{}: the server answered {}", wanted.url, status_);
    CHELA_CHECK(std::move(problem_));
    if (!file_.close()) return fail_errno("writing " + wanted.file.string(), errno);
    auto found = hash_.hex();
    if (wanted.sha256.empty() || found == wanted.sha256) return bytes_;
    return fail(ErrorCode::corrupt,
                "{}: its sha256 is {} and should be {}; it was thrown away, ask the skill's author which is right",
                wanted.url, found, wanted.sha256);
  }

 private:
  platform::OwnedDescriptor file_;
  int status_ = 0;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
  Result<void> problem_;
  Completion<Result<void>> done_;
};

// A client with the one that it tells. The client must not end inside a call of its own, which is where whoever waits for
// the end goes on: both are kept until the loop is free.
struct Fetch {
  Fetch(Loop& loop, platform::OwnedDescriptor file, net::EgressOptions options)
      : receiver(std::move(file)), client(loop, std::move(options)) {}

  Receiver receiver;
  net::EgressClient client;
};

std::shared_ptr<Fetch> begin_fetch(Loop& loop, platform::OwnedDescriptor file, net::EgressOptions options) {
  auto end = [&loop](Fetch* fetch) { loop.post([own = std::unique_ptr<Fetch>(fetch)] {}); };
  return {std::make_unique<Fetch>(loop, std::move(file), std::move(options)).release(), end};
}

// A host that is a number: what the policy would see where no proxy stands between.
bool is_number(std::string_view host) {
  return host.contains(':') || std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::string why_not_local(std::string_view host) {
  return fmt::format("{} is no address of the public internet, and skills download from there only", host);
}

net::EgressOptions options_of(const Download& wanted) {
  net::EgressOptions options;
  if (wanted.local_too) return options;
  options.address_policy = [](const net::EgressAddress& to) -> Result<void> {
    // The proxy that the environment names sees to it where requests go.
    if (to.is_proxy || net::is_public_address(to.ip)) return {};
    return fail(ErrorCode::denied, "{}", why_not_local(to.ip));
  };
  return options;
}

Task<Result<std::uint64_t>> receive(Loop& loop, Download wanted, CancelToken cancel) {
  CHELA_CO_TRY(auto url, net::parse_egress_url(wanted.url));
  if (!wanted.local_too && is_number(url.host) && !net::is_public_address(url.host))
    co_return fail(ErrorCode::denied, "{}: {}", url.shown(), why_not_local(url.host));
  platform::OwnedDescriptor file(
      ::open(wanted.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) co_return fail_errno("making " + wanted.file.string(), errno);
  auto fetch = begin_fetch(loop, std::move(file), options_of(wanted));
  auto sent = fetch->client.send({.url = wanted.url,
                                  .caller = "skills",
                                  .total_timeout = wanted.timeout,
                                  .response_bytes_max = wanted.bytes_max,
                                  .follow_redirects = kRedirectsMax,
                                  .compressed = false},
                                 fetch->receiver);
  CHELA_CO_TRY(auto id, std::move(sent));
  auto registration = cancel.on_cancel([&] { fetch->client.cancel(id); });
  auto ended = co_await fetch->receiver.done().wait();
  CHELA_CO_CHECK(std::move(ended));
  co_return fetch->receiver.verdict(wanted);
}

}  // namespace

Task<Result<std::uint64_t>> download(Loop& loop, Download wanted, CancelToken cancel) {
  auto received = co_await receive(loop, wanted, cancel);
  std::error_code ignored;
  if (!received) fs::remove(wanted.file, ignored);
  co_return received;
}

}  // namespace chela::runtime::skills::needs
