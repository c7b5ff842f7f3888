// The requests that a plugin sends through chela.http/1 while it works.

#include <algorithm>
#include <cctype>

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/streams.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::string_view kPlaceholder = "{{secret:CHECK_KEY}}";
constexpr const char* kServiceAuthority = "service.invalid:443";  // of kService

// "host:port" of an http or https URL; empty for anything else.
std::string authority_of(const std::string& url) {
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return "";
  const std::size_t begin = tls ? 8 : 7;
  std::string authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (authority.empty() || authority.find('@') != std::string::npos) return "";
  std::transform(authority.begin(), authority.end(), authority.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos) authority += tls ? ":443" : ":80";
  return authority;
}

bool allows(const std::string& pattern, const std::string& authority) {
  if (pattern == "@service") return authority == kServiceAuthority;
  if (pattern.starts_with("*.")) return authority.size() > pattern.size() && authority.ends_with(pattern.substr(1));
  return pattern == authority;
}

bool is_token(const std::string& text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool has_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

// Everything that makes a provider send: answers, refusals, redirects, the list of models.
std::vector<testing::RecordedRequest> requests_of(Context& context, const std::string& model) {
  Subject subject(context);
  subject.up();
  subject.work();
  for (const std::uint32_t status : {200U, 302U, 401U, 429U, 500U}) {
    auto answer = response(status, {"{}"});
    answer.headers = {{"location", "https://elsewhere.invalid/v1"}, {"retry-after", "1"}};
    subject.host().http().script(answer);
    subject.settle(*subject.host().complete(kService, model, {R"({"role":"user","content":"a\r\nX-Line: b"})"}));
  }
  if (subject.host().provider_table()->list_models != nullptr) subject.settle(*subject.host().list_models(kService));
  return subject.host().http().requests();
}

}  // namespace

void requests_keep_to_permissions(Context& context) {
  require_provider(context);
  const auto& patterns = context.manifest.network;
  for (const auto& request : requests_of(context, "model")) {
    const std::string authority = authority_of(request.url);
    const auto allowed = [&](const std::string& pattern) { return allows(pattern, authority); };
    if (!std::any_of(patterns.begin(), patterns.end(), allowed))
      fail("it asks {} {}, which permissions.network does not name", request.method, request.url);
  }
}

void requests_are_well_formed(Context& context) {
  require_provider(context);
  for (const auto& request : requests_of(context, "model\r\nX-Line: of its own")) {
    if (!is_token(request.method)) fail("\"{}\" is no method", request.method);
    if (request.url.find(' ') != std::string::npos || has_control(request.url))
      fail("the URL \"{}\" holds a space or a control character", request.url);
    for (const auto& [name, value] : request.headers) {
      if (!is_token(name)) fail("\"{}\" is no name of a header", name);
      if (has_control(value)) fail("the header {} holds a control character", name);
    }
  }
}

void secrets_stay_in_headers(Context& context) {
  require_provider(context);
  for (const auto& request : requests_of(context, "model")) {
    for (const std::string& text : {request.url, request.body, request.proxy}) {
      if (text.find("{{secret:") != std::string::npos || text.find("CHECK_KEY") != std::string::npos)
        fail("a secret stands in the URL or the body of {} {:.200}", request.method, request.url);
    }
    for (const auto& [name, value] : request.headers) {
      const std::size_t at = value.find("CHECK_KEY");
      if (at != std::string::npos && value.find(kPlaceholder) == std::string::npos)
        fail("the header {} names a secret without {}", name, kPlaceholder);
    }
  }
}

}  // namespace chela::conformance::checks
