#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/imports/arguments.h"
#include "temper/imports/imported.h"

namespace temper::imports {

/// A recipe's text while it is being put together.
class Draft {
 public:
  /// @param value    TOML
  /// @param comment  what it was made from, where that is not plain
  void set(std::string_view path, std::string_view value, std::string comment = "");
  void number(std::string_view path, double value, std::string comment = "");
  void whole(std::string_view path, std::int64_t value, std::string comment = "");
  void text(std::string_view path, std::string_view value, std::string comment = "");
  void flag(std::string_view path, bool value, std::string comment = "");
  void numbers(std::string_view path, const std::vector<double>& values, std::string comment = "");
  /// Sets the options of a technique that are not at their defaults, and its kind if it has one.
  void technique(std::string_view path, const ChoiceView& choice);

  void differs(std::string option, std::string text);
  void drops(std::string option, std::string text);
  /// Drops all options that temper has nothing for, unless they are at their defaults.
  void drop_lacking(const Arguments& arguments);

  /// The text, in which sections have the order in which they were first set. Throws
  /// Error{Code::usage} if it is no valid recipe, which is so for values out of range.
  /// @param title  the first line of the comment at the top
  [[nodiscard]] Imported finished(const std::string& title) const;

 private:
  struct Line {
    std::string assignment;
    std::string comment;
  };
  struct Section {
    std::string name;
    std::vector<Line> lines;
  };

  Section& section(std::string_view name);
  [[nodiscard]] std::string remarks_text(Fate fate, std::string_view title) const;
  static std::string text_of(const Section& section);

  std::vector<Section> sections_{Section{}};  ///< first the keys at the top of the file
  std::vector<Remark> remarks_;
};

/// A technique as a table on one line, with the options that are not at their defaults:
/// `{ kind = "flip", p = 0.3 }`.
std::string inline_table(const ChoiceView& choice);

/// The view of a variant of techniques, which must outlive it.
template <Choice T>
ChoiceView view_of(T& value) {
  return std::get<std::function<ChoiceView()>>(slot(value))();
}

/// The options of a technique that are not at their defaults, as "key = value".
std::vector<std::string> changed_options(const ChoiceView& choice);

}  // namespace temper::imports
