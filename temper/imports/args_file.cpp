#include "temper/imports/args_file.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/spelling.h"

namespace temper::imports {
namespace {

constexpr std::size_t kShownLetters = 80;
constexpr int kDeepest = 2;  // the mapping, and the lists and mappings in it

/// Takes the mapping from the events of the parser. Numbers are not told from texts here: options
/// know what they take.
class Reader final : public YAML::EventHandler {
 public:
  Reader(std::string file, Arguments& into) : file_(std::move(file)), into_(into) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar(mark, "", anchor, std::nullopt);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // The tags of plain and of quoted texts.
    scalar(mark, tag == "?" || tag == "!" ? "" : tag, anchor, value);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    fail(mark, "an alias; timm writes none");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    if (depth_ == 0) fail(mark, "a list; expected a mapping of options to values");
    open(mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    if (depth_ == 1) pairs_ = true;
    open(mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] bool found() const { return found_; }

 private:
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw Error(Code::usage, {.file = file_, .line = mark.line + 1, .column = mark.column + 1},
                message);
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) fail(mark, "an anchor; timm writes none");
    if (!tag.empty() && tag != "?" && tag != "!")
      fail(mark, fmt::format("the tag '{}'; expected plain numbers, texts and lists",
                             tag.substr(0, kShownLetters)));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (depth_ == 1 && !option_) fail(mark, "a list or mapping; expected the name of an option");
    if (depth_ >= kDeepest) fail(mark, "nested lists or mappings; timm writes none");
    ++depth_;
    found_ = true;
  }

  void close() {
    --depth_;
    if (depth_ == 1) finish();
  }

  void scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              const std::optional<std::string>& value) {
    check(mark, tag, anchor);
    if (depth_ == 0) fail(mark, "a single value; expected a mapping of options to values");
    if (depth_ == 1 && !option_) return begin(mark, value.value_or(""));
    if (depth_ == 1) {
      words_ = value ? std::optional(std::vector{*value}) : std::nullopt;
      return finish();
    }
    const auto word = value.value_or("None");
    if (pairs_ && !key_) {
      key_ = word;
      return;
    }
    if (!words_) words_.emplace();
    words_->push_back(pairs_ ? fmt::format("{}={}", *std::exchange(key_, std::nullopt), word)
                             : word);
  }

  void begin(const YAML::Mark& mark, const std::string& name) {
    line_ = mark.line + 1;
    if (!into_.has(name)) {
      std::vector<std::string_view> names;
      for (const auto& known : into_.script().options) names.push_back(known.dest);
      const auto near = nearest(name, names);
      fail(mark, fmt::format("{} has no option '{}'{}", into_.script().title,
                             name.substr(0, kShownLetters),
                             near.empty() ? std::string("; take the line out to go on without it")
                                          : fmt::format(": did you mean '{}'?", near)));
    }
    option_ = name;
    words_.reset();
    pairs_ = false;
  }

  /// Sets the option whose value is complete.
  void finish() {
    try {
      into_.set(*option_, std::exchange(words_, std::nullopt));
    } catch (const Error& error) {
      throw error.within({.file = file_, .line = line_});
    }
    option_.reset();
  }

  std::string file_;
  Arguments& into_;
  int depth_ = 0;
  bool found_ = false;
  bool pairs_ = false;  ///< the value of the option is a mapping
  std::int64_t line_ = 0;
  std::optional<std::string> option_;
  std::optional<std::string> key_;
  std::optional<std::vector<std::string>> words_;
};

}  // namespace

void read_args(std::string_view text, const std::string& name, Arguments& into) {
  if (text.size() > kMostArgsBytes)
    throw Error(Code::usage, {.file = name},
                fmt::format("{} bytes; expected at most {}: is this an args.yaml of timm?",
                            text.size(), kMostArgsBytes));
  std::istringstream stream{std::string(text)};
  Reader reader(name, into);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(reader) || !reader.found())
      throw Error(Code::usage, {.file = name}, "no options; expected an args.yaml of timm");
    if (parser) throw Error(Code::usage, {.file = name}, "a second document; expected one");
  } catch (const YAML::Exception& error) {
    throw Error(Code::usage,
                {.file = name, .line = error.mark.line + 1, .column = error.mark.column + 1},
                fmt::format("this is not YAML: {}", error.msg));
  }
}

}  // namespace temper::imports
