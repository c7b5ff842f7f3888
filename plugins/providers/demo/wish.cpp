#include "plugins/providers/demo/wish.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

namespace chela::providers::demo {

namespace {

constexpr std::size_t kReadBytesMax = 4000;  // of a message; the rest is not looked at

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_path_byte(char c) { return is_word_byte(c) || c == '.' || c == '/' || c == '_' || c == '-' || c == '~'; }

// Whether one of `phrases` stands in `text` between word boundaries. Both in lower case.
bool says(const std::string& text, std::initializer_list<const char*> phrases) {
  for (const std::string_view phrase : phrases) {
    for (std::size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
      const std::size_t end = at + phrase.size();
      if ((at == 0 || !is_word_byte(text[at - 1])) && (end == text.size() || !is_word_byte(text[end]))) return true;
    }
  }
  return false;
}

// The parts of `text` in quotes or backticks; an apostrophe within a word opens nothing.
std::vector<std::string> quoted(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '`' && text[i] != '\'') continue;
    if (i > 0 && is_word_byte(text[i - 1])) continue;
    const std::size_t end = text.find(text[i], i + 1);
    if (end == std::string_view::npos) continue;
    found.emplace_back(text.substr(i + 1, end - i - 1));
    i = end;
  }
  return found;
}

bool looks_like_path(std::string_view word) {
  if (word.find("//") != std::string_view::npos || word.size() > 200) return false;
  const std::size_t dot = word.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot + 1 < word.size() && word.size() - dot <= 9 &&
                             is_word_byte(word[dot + 1]) && (word[dot + 1] < '0' || word[dot + 1] > '9');
  const std::string folded = lower(word);
  return has_extension || word.find('/') != std::string_view::npos || folded == "readme" || folded == "makefile" ||
         folded == "license" || folded == "dockerfile";
}

// The first word that looks like a file's name; names with blanks must be quoted.
std::string path_in(std::string_view text) {
  for (const std::string& part : quoted(text)) {
    if (part.find('\n') == std::string::npos && looks_like_path(part)) return part;
  }
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_path_byte(text[end])) ++end;
    std::string_view word = text.substr(i, end - i);
    while (!word.empty() && (word.back() == '.' || word.back() == '-')) word.remove_suffix(1);  // the end of a sentence
    if (looks_like_path(word)) return std::string(word);
    i = end + 1;
  }
  return "";
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// "hello" of "write hello to notes.txt".
std::string content_before(std::string_view text, const std::string& folded, const std::string& path) {
  for (const std::string before : {" to ", " into ", " in "}) {
    const std::size_t end = path.empty() ? std::string::npos : folded.find(before + lower(path));
    for (const std::string_view verb : {"write ", "save ", "add ", "append ", "put "}) {
      const std::size_t at = folded.find(verb);
      if (end != std::string::npos && at != std::string::npos && at + verb.size() < end) {
        return trimmed(text.substr(at + verb.size(), end - at - verb.size()));
      }
    }
  }
  return "";
}

// What a note shall say: what is quoted, what follows a colon, a "that", a "saying", or what stands between verb and
// path.
std::string content_in(std::string_view text, const std::string& path) {
  for (const std::string& part : quoted(text)) {
    if (part != path) return part;
  }
  const std::size_t colon = text.find(": ");
  if (colon != std::string_view::npos) return trimmed(text.substr(colon + 2));
  const std::string folded = lower(text);
  for (const std::string_view mark :
       {" saying ", " that says ", " with the text ", "remember that ", "remember to ", "remember ", " that "}) {
    const std::size_t at = folded.find(mark);
    if (at != std::string::npos) return trimmed(text.substr(at + mark.size()));
  }
  return content_before(text, folded, path);
}

std::string time_zone_in(const std::string& folded) {
  static const std::pair<const char*, const char*> places[] = {
      {"berlin", "Europe/Berlin"},          {"london", "Europe/London"},      {"paris", "Europe/Paris"},
      {"madrid", "Europe/Madrid"},          {"rome", "Europe/Rome"},          {"amsterdam", "Europe/Amsterdam"},
      {"zurich", "Europe/Zurich"},          {"vienna", "Europe/Vienna"},      {"moscow", "Europe/Moscow"},
      {"new york", "America/New_York"},     {"chicago", "America/Chicago"},   {"los angeles", "America/Los_Angeles"},
      {"san francisco", "America/Los_Angeles"}, {"seattle", "America/Los_Angeles"}, {"toronto", "America/Toronto"},
      {"sao paulo", "America/Sao_Paulo"},   {"tokyo", "Asia/Tokyo"},          {"delhi", "Asia/Kolkata"},
      {"mumbai", "Asia/Kolkata"},           {"beijing", "Asia/Shanghai"},     {"shanghai", "Asia/Shanghai"},
      {"singapore", "Asia/Singapore"},      {"dubai", "Asia/Dubai"},          {"sydney", "Australia/Sydney"},
      {"auckland", "Pacific/Auckland"},     {"utc", "UTC"},                   {"gmt", "UTC"}};
  for (const auto& [place, zone] : places) {
    if (says(folded, {place})) return zone;
  }
  return "";
}

// "Europe/Berlin" as it was written.
std::string zone_name_in(std::string_view text) {
  for (const std::string_view area :
       {"Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"}) {
    const std::size_t at = text.find(area);
    if (at == std::string_view::npos) continue;
    std::size_t end = at;
    while (end < text.size() && (is_path_byte(text[end]) && text[end] != '.')) ++end;
    return std::string(text.substr(at, end - at));
  }
  return "";
}

}  // namespace

WishDetails wish_of(std::string_view asked) {
  asked = asked.substr(0, kReadBytesMax);
  const std::string folded = lower(asked);
  WishDetails details;
  details.path = path_in(asked);
  const bool names_note = says(folded, {"note", "notes", "file", "memo", "it down"}) || !details.path.empty();
  if (says(folded,
           {"connect", "api key", "configure", "set up", "setup", "ollama", "real model", "openai", "provider"})) {
    details.wish = Wish::kConnect;
  } else if ((says(folded, {"write", "create", "make", "save", "add", "append", "jot", "take"}) && names_note) ||
             folded.rfind("remember", 0) == 0 || folded.rfind("note:", 0) == 0 ||
             says(folded, {"remember that", "remember to"})) {
    details.wish = Wish::kWrite;
    details.content = content_in(asked, details.path);
  } else if (says(folded, {"current time", "time is it", "the time", "what time", "what date", "the date", "which day",
                           "what day", "o'clock", "day is it", "date today", "time now", "time in"})) {
    details.wish = Wish::kTime;
    details.path.clear();  // a zone's name looks like one
    details.time_zone = zone_name_in(asked);
    if (details.time_zone.empty()) details.time_zone = time_zone_in(folded);
  } else if (!details.path.empty() && details.path.back() != '/' &&
             says(folded,
                  {"read", "show", "open", "cat", "print", "display", "look at", "summarize", "summarise", "view",
                   "what does", "what is in", "what's in", "whats in", "contents of", "content of", "inside"})) {
    details.wish = Wish::kRead;
  } else if (says(folded, {"list", "show", "what", "which", "see", "any"}) &&
             says(folded, {"file", "files", "folder", "folders", "directory", "workspace"})) {
    details.wish = Wish::kList;
  } else if (folded == "ls" || folded == "dir" ||
             (!details.path.empty() && details.path.back() == '/' &&
              says(folded, {"list", "show", "what", "open", "see"}))) {
    details.wish = Wish::kList;
  } else if (says(folded, {"what can you do", "what do you do", "help", "abilities", "capabilities", "who are you",
                           "what are you", "are you real", "are you an ai", "how does this work", "tools"})) {
    details.wish = Wish::kAbilities;
  } else if (says(folded, {"thanks", "thank you", "thx", "bye", "goodbye"})) {
    details.wish = Wish::kThanks;
  } else if (says(folded, {"hi", "hello", "hey", "good morning", "good evening", "good afternoon", "greetings", "hallo",
                           "howdy"}) ||
             trimmed(asked).empty()) {
    details.wish = Wish::kGreeting;
  }
  return details;
}

}  // namespace chela::providers::demo
