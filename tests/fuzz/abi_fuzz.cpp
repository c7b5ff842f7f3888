// What a plugin in this process hands over the C ABI: its door, its tables, its texts, what it asks of the host.
// A plugin in process is trusted with the memory; what is checked is that no value it may give breaks the kernel.
// Input: decisions of one byte each, then texts that take what they need.

#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "chela/ext/provider.h"
#include "chela/ext/tool.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/capability_check.hpp"
#include "kernel/core/plugins/door.hpp"
#include "kernel/core/plugins/local_instance.hpp"
#include "tests/fake_clock.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using namespace plugins;

// Takes the input apart, from the front; an empty one gives zeros.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint32_t number() { return byte() | std::uint32_t{byte()} << 8 | std::uint32_t{byte()} << 24; }
  std::string_view text() {
    auto text = rest_.substr(0, byte());
    rest_.remove_prefix(std::min(rest_.size(), text.size()));
    return text;
  }
  // A text as a plugin may write one: with bytes, empty, or null with any size.
  chela_str str() {
    auto how = byte();
    if (how == 0xFF) return {nullptr, byte()};
    return to_abi(text());
  }
  chela_status status() { return static_cast<chela_status>(byte() < 128 ? 0 : number() & 0x7fffffff); }
  // A struct's size: right, or anything up to it.
  std::uint32_t size(std::size_t right) {
    auto how = byte();
    return static_cast<std::uint32_t>(how < 160 ? right : how % (right + 1));
  }

 private:
  std::string_view rest_;
};

class KeptLog final : public log::Sink {
 public:
  bool wants(log::Level) const override { return true; }
  void write(const log::Line& line) override {
    for (auto format : {log::Format::text, log::Format::json}) {
      must(is_valid_utf8(log::render(line, format)), "a plugin's line is text");
    }
  }
};

// A plugin that does what the input says. One at a time.
struct Scripted {
  explicit Scripted(std::string_view bytes) : input(bytes) { current = this; }
  ~Scripted() { current = nullptr; }
  static Scripted* current;

  void call_host();
  static const chela_plugin* create(const chela_host* host, const chela_error_sink* error);
  static const void* get_extension(const chela_plugin* plugin, chela_str id);
  static chela_status configure(const chela_plugin*, chela_str, const chela_error_sink* error);
  static chela_status start(const chela_plugin*, const chela_error_sink* error);
  static void stop(const chela_plugin*) { current->call_host(); }
  static void destroy(const chela_plugin*) { ++current->destroyed; }
  static chela_status names(const chela_plugin*, const chela_sink* out);

  Input input;
  const chela_host* host = nullptr;
  chela_plugin plugin{};
  chela_plugin_tool tool{};
  chela_plugin_provider provider{};
  int destroyed = 0;
  bool is_started = false;
};
Scripted* Scripted::current = nullptr;

void quiet(const chela_http_listener*, std::uint32_t, const chela_http_header*, std::size_t) {}
void quiet(const chela_http_listener*, chela_str) {}
void quiet(const chela_http_listener*, chela_status, chela_str) {}

void send_request(const chela_host* host, const chela_host_http& http, Input& input) {
  static constexpr chela_http_listener kListener = {sizeof(chela_http_listener), nullptr, quiet, quiet, quiet};
  chela_http_header headers[2];
  for (auto& header : headers) header = {input.str(), input.str()};
  chela_http_request request{};
  request.struct_size = input.size(sizeof request);
  request.method = input.str();
  request.url = input.str();
  request.headers = input.byte() % 4 == 0 ? nullptr : headers;
  request.header_count = input.byte() % 3;
  request.body = input.str();
  request.proxy = input.str();
  request.total_timeout_ms = ~std::uint64_t{input.byte()};
  ErrorText error;
  auto id = http.send(host, input.byte() == 1 ? nullptr : &request, input.byte() == 1 ? nullptr : &kListener,
                      error.sink());
  auto why = error.error("sending", CHELA_DENIED).message;
  must(id != 0 || why != "sending: the plugin gave no reason", "a refusal says why", why);
  must(is_valid_utf8(why), "a refusal is text", why);
  if (id != 0) http.cancel(host, id);
}

void Scripted::call_host() {
  static constexpr chela_timer_listener kListener = {sizeof(chela_timer_listener), nullptr,
                                                     [](const chela_timer_listener*) {}};
  for (int calls = input.byte() % 4; calls > 0; --calls) {
    (void)host->get_service(host, input.str());
    auto* log = static_cast<const chela_host_log*>(host->get_service(host, to_abi(CHELA_EXT_LOG)));
    auto* timer = static_cast<const chela_host_timer*>(host->get_service(host, to_abi(CHELA_EXT_TIMER)));
    auto* http = static_cast<const chela_host_http*>(host->get_service(host, to_abi(CHELA_EXT_HTTP)));
    if (log) log->write(host, static_cast<chela_log_level>(input.number() & 0x7fffffff), input.str());
    if (timer) {
      auto id = timer->start(host, ~std::uint64_t{input.byte()} >> input.byte() % 64, &kListener);
      timer->cancel(host, input.byte() < 128 ? id : input.number());
    }
    if (http) send_request(host, *http, input);
  }
}

const chela_plugin* Scripted::create(const chela_host* host, const chela_error_sink* error) {
  auto& self = *current;
  self.host = host;
  must(host->get_service(host, to_abi(CHELA_EXT_LOG)) == nullptr, "create() gets no services");
  if (self.input.byte() > 240) {
    error->set(error, self.input.str());
    return nullptr;
  }
  self.plugin = {self.input.size(sizeof(chela_plugin)), &self, get_extension, configure, start, stop, destroy};
  if (self.input.byte() > 250) self.plugin.start = nullptr;
  self.tool = {self.input.size(sizeof(chela_plugin_tool)), self.input.byte() > 240 ? nullptr : names, nullptr, nullptr,
               nullptr, nullptr};
  self.provider = {self.input.size(sizeof(chela_plugin_provider)), nullptr, nullptr, nullptr};
  return &self.plugin;
}

const void* Scripted::get_extension(const chela_plugin*, chela_str id) {
  auto& self = *current;
  auto what = self.input.byte();
  if (from_abi(id) == CHELA_EXT_TOOL && what < 200) return &self.tool;
  if (from_abi(id) == CHELA_EXT_PROVIDER && what > 200) return &self.provider;
  return nullptr;
}

chela_status Scripted::configure(const chela_plugin*, chela_str, const chela_error_sink* error) {
  current->call_host();
  error->set(error, current->input.str());
  return current->input.status();
}

chela_status Scripted::start(const chela_plugin*, const chela_error_sink* error) {
  current->call_host();
  error->set(error, current->input.str());
  error->set(error, current->input.str());
  if (current->input.byte() == 7) throw 1;  // which the ABI forbids
  return current->input.status();
}

chela_status Scripted::names(const chela_plugin*, const chela_sink* out) {
  for (int pieces = current->input.byte() % 5; pieces > 0; --pieces) out->write(out, current->input.str());
  return current->input.status();
}

void check_error(const Result<void>& result) {
  if (!result) must(is_valid_utf8(result.error().message), "an error is text", result.error().message);
}

std::shared_ptr<const Manifest> manifest() {
  static const auto read = parse_manifest(
      R"({"id":"acme","version":"1.0.0","abi":"1.0","permissions":{"network":["api.example:443","*.example:80","@service"]},
          "provides":[{"kind":"tool","id":"acme","tools":[{"name":"read","description":"","parameters":{}}]}]})",
      "/plugins/acme");
  return std::make_shared<const Manifest>(*read);
}

void check_texts(Input& input) {
  ErrorText error;
  error.sink()->set(error.sink(), input.str());
  auto told = error.error("calling", input.status());
  must(is_valid_utf8(told.message) && told.message.size() <= 4096 * 3 + 16, "an error is a short text", told.message);
  TextSink sink(16);
  for (int i = 0; i < 3; ++i) sink.sink()->write(sink.sink(), input.str());
  must(sink.text().size() <= 16, "a sink keeps its limit", sink.text());
}

// Whether the entry was let in; a version may hold anything but NUL.
bool enters(Input& input, std::string& version, chela_entry& entry) {
  if (input.byte() > 200) version = input.text();
  version = version.substr(0, version.find('\0'));
  bool other = input.byte() > 230;
  entry = {input.size(sizeof entry), static_cast<std::uint16_t>(other ? input.number() : CHELA_ABI_MAJOR),
           static_cast<std::uint16_t>(other ? input.number() : CHELA_ABI_MINOR), input.byte() > 240 ? nullptr : "acme",
           version.c_str(), input.byte() > 240 ? nullptr : Scripted::create};
  auto checked = check_entry(entry, *manifest());
  if (!checked) must(is_valid_utf8(checked.error().message), "a refusal is text", checked.error().message);
  return checked.has_value();
}

void live(Scripted& scripted, const chela_entry& entry, const HostEnvironment& environment) {
  auto created = LocalInstance::create(entry, manifest(), environment);
  if (!created) return must(is_valid_utf8(created.error().message), "an error is text", created.error().message);
  auto instance = std::move(*created);
  check_error(instance->configure("{}"));
  auto started = instance->start();
  check_error(started);
  if (started) {
    for (const auto& diagnostic : check_capabilities(*instance)) {
      must(is_valid_utf8(diagnostic.message), "a diagnostic is text", diagnostic.message);
      must(diagnostic.message.size() < 2 << 20, "a diagnostic is not endless");
    }
  }
  environment.loop.run_ready();
  instance->stop();
  instance.reset();
  must(scripted.destroyed == 1, "a plugin is destroyed once");
}

void live_on_a_loop(Scripted& scripted, const chela_entry& entry) {
  static const FakeClock clock;
  static const log::Redactor redactor;
  Loop loop(clock);
  net::EgressClient egress(loop, {});
  live(scripted, entry,
       {loop, log::Logger(std::make_shared<KeptLog>(), redactor, clock), egress,
        [](std::string_view authority) { return authority == "svc.example:443"; }});
  loop.drain(Duration::zero());
}

}  // namespace

void run(std::string_view bytes) {
  Scripted scripted(bytes);
  check_texts(scripted.input);
  std::string version = "1.0.0";
  chela_entry entry{};
  if (enters(scripted.input, version, entry)) live_on_a_loop(scripted, entry);
}

}  // namespace chela::fuzz
