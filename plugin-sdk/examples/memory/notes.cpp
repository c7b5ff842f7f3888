#include <deque>

#include "chela/json.hpp"
#include "chela/plugin.hpp"

namespace {

// A memory of notes: add(text), search(words, {limit}), clear(). They last as long as the plugin runs.
class Notes {
 public:
  explicit Notes(chela::Host) {}

  void configure(std::string_view json) {
    chela::JsonReader config(json, "configuration");
    notes_max_ = config.find<std::size_t>("notesMax", notes_max_);
    config.finish();
  }

  chela::FunctionTable<Notes> functions() {
    return {{"memory", "add", &Notes::add}, {"memory", "search", &Notes::search}, {"memory", "clear", &Notes::clear}};
  }

 private:
  using Json = nlohmann::json;

  static std::string first_text(const Json& arguments, const char* what) {
    if (arguments.empty() || !arguments[0].is_string()) {
      throw chela::Failure(CHELA_INVALID_ARGUMENT, std::string(what) + ": the first argument must be a text");
    }
    return arguments[0].get<std::string>();
  }

  std::string add(const chela::FunctionRequest& request) {
    notes_.push_back(first_text(Json::parse(request.arguments), "add"));
    if (notes_.size() > notes_max_) notes_.pop_front();
    return std::to_string(notes_.size());
  }

  std::string search(const chela::FunctionRequest& request) const {
    const Json arguments = Json::parse(request.arguments);
    const std::string words = first_text(arguments, "search");
    std::size_t limit = 10;
    if (arguments.size() > 1 && arguments[1].is_object()) limit = arguments[1].value("limit", limit);
    Json found = Json::array();
    for (auto note = notes_.rbegin(); note != notes_.rend() && found.size() < limit; ++note) {
      if (note->find(words) != std::string::npos) found.push_back({{"text", *note}});
    }
    return found.dump();
  }

  std::string clear(const chela::FunctionRequest&) {
    notes_.clear();
    return "";
  }

  std::size_t notes_max_ = 1000;
  std::deque<std::string> notes_;
};

}  // namespace

CHELA_PLUGIN(Notes, "notes", "1.0.0")
