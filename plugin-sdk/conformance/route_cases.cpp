// chela.http_route/1: every route of the manifest is asked, by clients that are quick, slow and gone.

#include <algorithm>
#include <cctype>

#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kResumesMax = 2000;
constexpr std::size_t kUnaskedBytesMax = std::size_t{1} << 20;  // that a host keeps for a client that does not read
constexpr std::size_t kLongBytes = 300'000;

bool is_header_name(const std::string& name) {
  const auto valid = [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) ||
                        std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos);
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), valid);
}

bool has_line_end(const std::string& value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

void check_head(const std::string& what, const testing::RecordedAnswer& answer) {
  for (const auto& [name, value] : answer.headers()) {
    if (!is_header_name(name)) fail("{} has the header \"{}\", which is no name", what, name);
    if (has_line_end(value)) fail("{} has line ends in the header \"{}\"", what, name);
  }
}

// What strangers send to a path, most of it repeated into answers by somebody some day.
std::vector<testing::RouteAsk> odd_requests(const RouteManifest& route) {
  std::vector<testing::RouteAsk> out;
  for (const char* method : {"HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND", ""})
    out.push_back({method, route.path, route.path});
  for (const char* rest : {"/../../etc/passwd", "/%2e%2e/%00", "?a=%0d%0aX-Injected:%20yes&a&&=", "//", "/%zz?%", "?"})
    out.push_back({"GET", route.path, route.path + rest});
  out.push_back({"GET", route.path, route.path + "/" + std::string(kLongBytes, 'a')});
  out.push_back({"GET", route.path, ""});
  for (const std::string& body : odd_texts()) out.push_back({"POST", route.path, route.path, body});
  for (const std::string& body : extreme_objects())
    out.push_back({"POST", route.path, route.path, body, {{"content-type", "application/json"}}});
  out.push_back({"POST", route.path, route.path, "x", {{"", ""}, {"content-length", "-1"}, {"x", "a\r\nb"}}, ""});
  return out;
}

testing::RouteAsk plain_request(const RouteManifest& route) {
  return {"GET", route.path, route.path + (route.match == "prefix" ? "/tea" : "")};
}

void expect_patience(const testing::RecordedAnswer& answer, const std::string& path) {
  const std::size_t bytes = answer.unasked_bytes();
  if (bytes > kUnaskedBytesMax)
    fail("the answer of {} went on for {} bytes while its client did not read", path, bytes);
}

// Makes room for one piece after the other, as long as the plugin wants that.
void read_slowly(Subject& subject, testing::RecordedAnswer& answer, const std::string& path) {
  expect_patience(answer, path);
  bool listens = true;
  for (int i = 0; i < kResumesMax && listens && !answer.completed(); ++i) {
    subject.host().advance(1000);
    expect_patience(answer, path);
    if (!answer.completed()) listens = testing::resume(subject.host(), answer);
  }
}

}  // namespace

void answer_completes_once(Context& context) {
  require_kind(context, "http_route");
  expect_completions(context, {}, plain_requests(context.manifest));
}

void answer_heads_are_well_formed(Context& context) {
  require_kind(context, "http_route");
  Subject subject(context);
  subject.up();
  Asks asks = plain_requests(context.manifest);
  for (const RouteManifest& route : context.manifest.routes) {
    const std::string target = route.path + "?name=a%0d%0aX-Injected:%20yes";
    asks.push_back(route_ask({"GET", route.path, target, "", {{"x-request-id", "a\r\nX-Injected: yes"}}}));
  }
  for (const Ask& ask : asks) {
    const OpenAsk open = ask.begin(subject.host());
    ends(subject, ask, open);
    check_head(ask.what, static_cast<const testing::RecordedAnswer&>(*open.end));
  }
  subject.finish();
}

void survives_odd_requests(Context& context) {
  require_kind(context, "http_route");
  Asks asks;
  for (const RouteManifest& route : context.manifest.routes) {
    for (testing::RouteAsk& ask : odd_requests(route)) asks.push_back(route_ask(std::move(ask)));
  }
  asks.push_back(route_ask({"GET", "/conformance-no-such-route", "/conformance-no-such-route"}));
  expect_completions(context, {}, asks);
}

void slow_client_holds_the_answer(Context& context) {
  require_kind(context, "http_route");
  for (const RouteManifest& route : context.manifest.routes) {
    Subject subject(context);
    subject.up();
    testing::RouteAsk ask = plain_request(route);
    const auto quick = testing::request(subject.host(), ask);
    const bool is_stream = !subject.settle(*quick);
    if (is_stream) testing::cancel(subject.host(), *quick);
    ask.slow = true;
    const auto slow = testing::request(subject.host(), ask);
    read_slowly(subject, *slow, route.path);
    if (!is_stream && !subject.settle(*slow))
      fail("the answer of {} stopped at a slow client and never went on", route.path);
    if (is_stream) testing::cancel(subject.host(), *slow);
    subject.finish();
  }
}

void answer_cancels(Context& context) {
  require_kind(context, "http_route");
  expect_cancels(context, {}, plain_requests(context.manifest));
  for (const RouteManifest& route : context.manifest.routes) {  // one that waits for its client, which then goes
    Subject subject(context);
    subject.up();
    testing::RouteAsk ask = plain_request(route);
    ask.slow = true;
    const auto answer = testing::request(subject.host(), ask);
    testing::cancel(subject.host(), *answer);
    if (!answer->wait_ms(context.options.deadline_ms / 8))
      fail("the answer of {} did not complete after its client had gone", route.path);
    subject.finish();
  }
}

void stop_ends_open_answers(Context& context) {
  require_kind(context, "http_route");
  expect_stop_ends(context, {}, plain_requests(context.manifest));
}

}  // namespace chela::conformance::checks
