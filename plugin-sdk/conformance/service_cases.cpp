// chela.service/1: every service of the manifest is begun and ended, as the gateway does at its start and its end.

#include <time.h>

#include "plugin-sdk/conformance/asks.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance::checks {
namespace {

using Service = std::shared_ptr<testing::RecordedService>;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr int kStarts = 3;
constexpr long kThreadPollNs = 1'000'000;
constexpr int kThreadPolls = 100;

Service begin(Subject& subject, const std::string& id) {
  const Service service = testing::start_service(subject.host(), id);
  if (service->running() || !service->outcome().text.empty()) return service;
  fail("start_service(\"{}\") failed and did not say why", id);
}

void end(Context& context, Subject& subject, const Service& service, const std::string& id) {
  if (!testing::stop_service(subject.host(), service, id, context.options.deadline_ms / 4))
    fail("stop_service(\"{}\") did not return", id);
  subject.expect_no_breach();
}

}  // namespace

void service_starts_and_stops(Context& context) {
  require_kind(context, "service");
  Subject subject(context);
  subject.up();
  std::vector<Service> running;
  for (const std::string& id : context.manifest.services) running.push_back(begin(subject, id));
  subject.host().advance(kMinuteMs);
  for (std::size_t i = 0; i < running.size(); ++i) end(context, subject, running[i], context.manifest.services[i]);
  subject.host().advance(kMinuteMs);
  subject.finish();
}

void service_starts_again(Context& context) {
  require_kind(context, "service");
  Subject subject(context);
  subject.up();
  for (const std::string& id : context.manifest.services) {
    bool ran = false;
    for (int i = 0; i < kStarts; ++i) {
      const Service service = begin(subject, id);
      if (ran && !service->running()) fail("{} does not start a second time: {}", id, service->outcome().text);
      ran = service->running();
      end(context, subject, service, id);
    }
  }
  subject.finish();
}

void service_reports_are_words(Context& context) {
  require_kind(context, "service");
  Subject subject(context);
  subject.up();
  for (const std::string& id : context.manifest.services) {
    const Service service = begin(subject, id);
    subject.host().advance(kMinuteMs);
    end(context, subject, service, id);
    for (const auto& report : service->reports()) {
      if (report.health != "ok" && report.health != "degraded")
        fail("the service {} reports \"{}\", which is neither \"ok\" nor \"degraded\"", id, report.health);
      if (report.text.empty()) fail("the service {} reports without a sentence", id);
    }
  }
  subject.finish();
}

void service_threads_end(Context& context) {
  require_kind(context, "service");
  Subject subject(context);
  subject.up();
  for (const std::string& id : context.manifest.services) {
    const int before = thread_count();
    const Service service = begin(subject, id);
    end(context, subject, service, id);
    // The kernel counts a thread that was joined for a moment more.
    const timespec moment{0, kThreadPollNs};
    for (int poll = 0; poll < kThreadPolls && thread_count() > before; ++poll) ::nanosleep(&moment, nullptr);
    const int after = thread_count();
    if (after > before) fail("stop_service(\"{}\") returned and left {} threads running", id, after - before);
  }
  subject.finish();
}

void survives_odd_services(Context& context) {
  require_kind(context, "service");
  Subject subject(context);
  subject.up();
  for (const std::string& id : odd_texts()) {
    const Service service = testing::start_service(subject.host(), id);
    end(context, subject, service, id);
  }
  subject.finish();
}

}  // namespace chela::conformance::checks
