#include "plugins/providers/openai/service.hpp"

#include <algorithm>

#include "chela/json.hpp"

namespace chela::providers::openai {

namespace {

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

// Upstream's configuration files say `"authHeader": true` for the usual header.
std::string auth_header_of(JsonReader& reader) {
  const Json value = reader.find<Json>("authHeader", Json());
  return value.is_string() && !value.get<std::string>().empty() ? in_lower_case(value.get<std::string>())
                                                                : "authorization";
}

HttpHeaders headers_of(JsonReader& reader) {
  HttpHeaders headers;
  const Json object = reader.find<Json>("headers", Json::object());
  for (const auto& [name, value] : object.items()) {
    if (!object.is_object() || !value.is_string()) {
      throw Failure(CHELA_INVALID_ARGUMENT, "service.headers: expected an object of texts");
    }
    headers.emplace_back(in_lower_case(name), value.get<std::string>());
  }
  return headers;
}

bool contains(const HttpHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
}

// Inside `url`, before its query.
std::string with_path(const std::string& url, std::string_view path) {
  const std::size_t query = url.find('?');
  std::string result = url.substr(0, query);
  while (!result.empty() && result.back() == '/') result.pop_back();
  result.append(path);
  if (query != std::string::npos) result.append(url, query, std::string::npos);
  return result;
}

}  // namespace

Service Service::parse(std::string_view json) {
  JsonReader reader(json, "service");
  Service service;
  service.id = reader.find<std::string>("id", "openai");
  service.base_url = reader.find<std::string>("baseUrl", "");
  if (service.base_url.empty()) {
    throw Failure(CHELA_INVALID_ARGUMENT, "service " + service.id + " has no address: set models.providers." +
                                              service.id + ".baseUrl, such as https://api.openai.com/v1");
  }
  service.api_key_secret = reader.find<std::string>("apiKeySecret", "");
  service.auth_header = auth_header_of(reader);
  service.headers = headers_of(reader);
  const bool is_openai = service.base_url.find("//api.openai.com/") != std::string::npos;
  service.max_tokens_field =
      reader.find<std::string>("maxTokensField", is_openai ? "max_completion_tokens" : "max_tokens");
  if (service.max_tokens_field != "max_tokens" && service.max_tokens_field != "max_completion_tokens") {
    throw Failure(CHELA_INVALID_ARGUMENT, "service.maxTokensField: expected max_tokens or max_completion_tokens");
  }
  const Json quirks = reader.find<Json>("quirks", Json::object());
  if (quirks.is_object() && quirks.contains("streamUsage")) service.stream_usage = quirks["streamUsage"] != Json(false);
  service.proxy = reader.find<std::string>("proxy", "");
  service.connect_timeout_ms = reader.find<std::uint64_t>("connectTimeoutMs", 0);
  service.first_byte_timeout_ms = reader.find<std::uint64_t>("firstByteTimeoutMs", 0);
  service.idle_timeout_ms = reader.find<std::uint64_t>("idleTimeoutMs", 0);
  service.total_timeout_ms = reader.find<std::uint64_t>("totalTimeoutMs", 0);
  return service;
}

HttpRequest Service::request(std::string method, std::string_view path, std::string accept) const {
  HttpRequest request;
  request.method = std::move(method);
  request.url = with_path(base_url, path);
  request.headers = headers;
  if (request.method == "POST") request.headers.emplace_back("content-type", "application/json");
  if (!contains(headers, "accept")) request.headers.emplace_back("accept", std::move(accept));
  if (!api_key_secret.empty() && !contains(headers, auth_header)) {
    const std::string key = "{{secret:" + api_key_secret + "}}";
    request.headers.emplace_back(auth_header, auth_header == "authorization" ? "Bearer " + key : key);
  }
  request.proxy = proxy;
  request.connect_timeout_ms = connect_timeout_ms;
  request.first_byte_timeout_ms = first_byte_timeout_ms;
  request.idle_timeout_ms = idle_timeout_ms;
  request.total_timeout_ms = total_timeout_ms;
  request.response_bytes_max = kResponseBytesMax;
  return request;
}

}  // namespace chela::providers::openai
