#include "plugins/providers/openai/chunk_reader.hpp"

#include <simdjson.h>

#include <algorithm>

#include "chela/failure.hpp"
#include "plugins/providers/openai/service_error.hpp"

namespace chela::providers::openai {

namespace dom = simdjson::dom;

struct ChunkParser::Dom {
  dom::parser parser;
  bool in_use = false;
};

ChunkParser::ChunkParser() : dom_(std::make_unique<Dom>()) {}

ChunkParser::~ChunkParser() = default;

// An element that may be absent; every question to an absent one, or to one of another type, has an empty answer.
struct ChunkReader::Json {
  dom::element element;
  bool there = false;

  Json() = default;
  explicit Json(dom::element present) : element(present), there(true) {}
  explicit Json(simdjson::simdjson_result<dom::element> found) { there = found.get(element) == simdjson::SUCCESS; }

  Json operator[](const char* key) const {
    dom::object object;
    return there && element.get(object) == simdjson::SUCCESS ? Json(object.at_key(key)) : Json();
  }
  std::string_view text() const {
    std::string_view value;
    return there && element.get(value) == simdjson::SUCCESS ? value : std::string_view();
  }
  std::optional<std::uint64_t> number() const {
    std::uint64_t value = 0;
    if (!there || element.get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }
  bool is(dom::element_type type) const { return there && element.type() == type; }
  // Calls `use` with each element of an array.
  template <class Use>
  void each(Use&& use) const {
    dom::array array;
    if (!there || element.get(array) != simdjson::SUCCESS) return;
    for (const dom::element item : array) use(Json(item));
  }
};

namespace {

// Far above any real count: a wrong one must not overflow a sum.
constexpr std::uint64_t kTokensMax = 1000000000000;
// A parser keeps room for the longest text that it has seen.
constexpr std::size_t kKeptBytesMax = 64 * 1024;

std::string stop_reason_of(std::string_view finish_reason) {
  if (finish_reason == "length" || finish_reason == "max_tokens" || finish_reason == "model_length") return "length";
  if (finish_reason == "tool_calls" || finish_reason == "function_call" || finish_reason == "tool_use")
    return "tool_calls";
  if (finish_reason == "content_filter" || finish_reason == "safety" || finish_reason == "refusal")
    return "content_filter";
  return "stop";  // also what no one has heard of: the answer is whole
}

}  // namespace

std::string with_repaired_surrogates(std::string_view json) {
  const auto unit_at = [&](std::size_t at) -> unsigned {  // the code unit of an escape \uXXXX at `at`, else 0
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
    unsigned unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
      const char c = json[i];
      const int digit = c >= '0' && c <= '9'                     ? c - '0'
                        : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                 : -1;
      if (digit < 0) return 0;
      unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return unit;
  };
  std::string result;
  for (std::size_t i = 0; i < json.size();) {
    const unsigned unit = unit_at(i);
    const unsigned next = unit >= 0xD800 && unit <= 0xDBFF ? unit_at(i + 6) : 0;
    if (next >= 0xDC00 && next <= 0xDFFF) {
      result.append(json.substr(i, 12));
      i += 12;
    } else if (unit >= 0xD800 && unit <= 0xDFFF) {
      result += "\\ufffd";
      i += 6;
    } else {
      const std::size_t length = json[i] == '\\' && i + 1 < json.size() ? 2 : 1;  // an escaped backslash begins nothing
      result.append(json.substr(i, length));
      i += length;
    }
  }
  return result;
}

ChunkReader::ChunkReader(CompletionOutput& output, std::string id_prefix, ChunkParser& parser)
    : output_(output), tool_calls_(output, std::move(id_prefix)), parser_(parser) {}

void ChunkReader::take(std::string_view json) {
  // Large texts, and a host that hands us another answer's bytes while it is given a piece of this one's: a parser apart.
  ChunkParser::Dom& shared = *parser_.dom_;
  if (shared.in_use || json.size() > kKeptBytesMax) {
    ChunkParser::Dom apart;
    return take_with(apart, json);
  }
  take_with(shared, json);
}

void ChunkReader::take_with(ChunkParser::Dom& dom, std::string_view json) {
  struct Use {
    bool& in_use;
    explicit Use(bool& flag) : in_use(flag) { in_use = true; }
    ~Use() { in_use = false; }
  } use(dom.in_use);
  Json chunk(dom.parser.parse(json.data(), json.size()));
  std::string repaired;
  if (!chunk.there && json.find("\\u") != std::string_view::npos) {
    repaired = with_repaired_surrogates(json);
    chunk = Json(dom.parser.parse(repaired));
  }
  if (!chunk.is(dom::element_type::OBJECT)) {
    throw Failure(CHELA_PROTOCOL, "the service sent what is no JSON object: " + excerpt(json, 80));
  }
  const Json error = chunk["error"];
  if (error.is(dom::element_type::OBJECT) || !error.text().empty() || chunk["object"].text() == "error") {
    throw failure_in_stream(json);
  }
  chunk["choices"].each([this](const Json& choice) {
    if (choice["index"].number().value_or(0) == 0) take_choice(choice);
  });
  take_usage(chunk["usage"]);
  take_usage(chunk["x_groq"]["usage"]);
}

void ChunkReader::take_choice(const Json& choice) {
  begun_ = true;
  take_message(choice["delta"]);
  // A whole answer has a message in the place of a delta; some services also end a stream with one, which repeats all.
  if (!has_content_) take_message(choice["message"]);
  if (!has_content_) emit_text(choice["text"].text());
  take_usage(choice["usage"]);
  const std::string_view finish_reason = choice["finish_reason"].text();
  if (finish_reason == "error") throw Failure(CHELA_UNAVAILABLE, "the service broke off with an error of its own");
  if (!finish_reason.empty()) stop_reason_ = stop_reason_of(finish_reason);
}

void ChunkReader::take_message(const Json& message) {
  if (!message.there) return;
  std::string_view reasoning = message["reasoning_content"].text();
  if (reasoning.empty()) reasoning = message["reasoning"].text();  // some send both, with the same text
  if (!reasoning.empty()) output_.reasoning(reasoning);
  take_content(message["content"]);
  emit_text(message["refusal"].text());
  take_tool_calls(message["tool_calls"]);
  const Json old_call = message["function_call"];
  if (old_call.is(dom::element_type::OBJECT)) {
    has_content_ = true;
    tool_calls_.take({std::uint64_t{0}, {}, old_call["name"].text(), old_call["arguments"].text()});
  }
}

// A text, or a list of parts as some services send for models that think.
void ChunkReader::take_content(const Json& content) {
  emit_text(content.text());
  content.each([this](const Json& part) {
    emit_text(part["text"].text());
    part["thinking"].each([this](const Json& thought) {
      if (!thought["text"].text().empty()) output_.reasoning(thought["text"].text());
    });
  });
}

void ChunkReader::emit_text(std::string_view piece) {
  if (piece.empty()) return;
  has_content_ = true;
  output_.text(piece);
}

void ChunkReader::take_tool_calls(const Json& calls) {
  calls.each([this](const Json& call) { take_tool_call(call); });
}

void ChunkReader::take_tool_call(const Json& call) {
  has_content_ = true;
  const Json function = call["function"];
  const Json arguments = function["arguments"];
  std::string written;
  if (arguments.is(dom::element_type::OBJECT)) written = simdjson::minify(arguments.element);
  tool_calls_.take({call["index"].number(), call["id"].text(), function["name"].text(),
                    written.empty() ? arguments.text() : std::string_view(written)});
}

void ChunkReader::take_usage(const Json& usage) {
  if (!usage.is(dom::element_type::OBJECT)) return;
  const auto count = [](const Json& number) { return std::min(number.number().value_or(0), kTokensMax); };
  const std::uint64_t input = count(usage["prompt_tokens"]);
  const std::uint64_t output = count(usage["completion_tokens"]);
  if (input == 0 && output == 0) return;
  std::uint64_t cached = count(usage["prompt_tokens_details"]["cached_tokens"]);
  if (cached == 0) cached = count(usage["prompt_cache_hit_tokens"]);
  output_.usage(input, output, std::min(cached, input),
                std::min(count(usage["completion_tokens_details"]["reasoning_tokens"]), output));
}

std::string ChunkReader::finish() {
  tool_calls_.finish();
  // Several services say "stop" after tool calls. "length" stays: the arguments may be cut.
  if (!tool_calls_.empty() && stop_reason_ != "length" && stop_reason_ != "content_filter") return "tool_calls";
  return stop_reason_ == "tool_calls" || stop_reason_.empty() ? "stop" : stop_reason_;
}

}  // namespace chela::providers::openai
