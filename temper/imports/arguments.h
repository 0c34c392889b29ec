#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Training scripts of other packages, whose command lines become recipes.
namespace temper::imports {

/// What an option's value is.
enum class Takes : std::uint8_t { flag, whole, real, text, pairs };

/// How many words an option's value has, as argparse's nargs: 1, ?, *, + and 3.
enum class Count : std::uint8_t { one, at_most_one, any, some, three };

/// What an option has to do with the training that a recipe describes.
enum class Bearing : std::uint8_t {
  translated,  ///< becomes part of the recipe
  lacking,     ///< temper has nothing like it: said unless the option is at its default
  none         ///< does not change the training, or only together with one that is lacking
};

/// An option of a script, as it is declared to Python's argparse.
struct Option {
  std::string_view dest;                       ///< the name of its value, "batch_size"
  std::array<std::string_view, 3> names = {};  ///< "-b", "--batch-size"; none: positional
  Takes takes = Takes::text;
  Count count = Count::one;
  std::string_view standard = "";  ///< the default's words; "": None, or an empty text or list
  Bearing bearing = Bearing::translated;
  std::string_view why = "";  ///< lacking: what temper does not have

  /// The longest name, with hyphens; that of the value for a positional argument.
  [[nodiscard]] std::string_view name() const;
};

/// An option that does not change the training, or only together with one that is lacking.
constexpr Option silent(std::string_view dest, std::array<std::string_view, 3> names,
                        Takes takes = Takes::text, Count count = Count::one) {
  return {.dest = dest, .names = names, .takes = takes, .count = count, .bearing = Bearing::none};
}

struct Script {
  std::string_view title;  ///< in messages, "timm's train.py"
  std::span<const Option> options;
};

/// The values of a script's options.
class Arguments {
 public:
  /// All options at their defaults.
  explicit Arguments(const Script& script) : script_(&script) {}

  /// Takes the words of a command line as Python's argparse does: `--name=value`, unambiguous
  /// abbreviations of long options, `-b256`, options of several words. Later ones replace earlier
  /// ones. Throws Error{Code::usage} for an option that the script does not have, with the nearest
  /// spelling, and for a missing or wrong value.
  void read(const std::vector<std::string>& words);

  /// Sets the value of an option. Throws Error{Code::usage} for words that it does not take.
  /// @param words  nothing for None
  void set(std::string_view dest, std::optional<std::vector<std::string>> words);

  [[nodiscard]] const Script& script() const { return *script_; }
  [[nodiscard]] const Option& option(std::string_view dest) const;
  [[nodiscard]] bool has(std::string_view dest) const;  ///< declared by the script

  // Of an option that is declared, or Error{Code::internal}.
  [[nodiscard]] bool flag(std::string_view dest) const;
  [[nodiscard]] std::string text(std::string_view dest) const;  ///< "" for None
  [[nodiscard]] std::optional<double> real(std::string_view dest) const;
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view dest) const;
  [[nodiscard]] std::vector<double> reals(std::string_view dest) const;
  /// The same for an option whose default is a number.
  [[nodiscard]] double number(std::string_view dest) const;
  [[nodiscard]] std::int64_t count(std::string_view dest) const;

  /// Whether an option is at its default, None or off.
  [[nodiscard]] bool is_standard(std::string_view dest) const;
  /// As in a command line: "--mixup 0.2", "--amp".
  [[nodiscard]] std::string written(std::string_view dest) const;

 private:
  using Words = std::vector<std::string>;

  [[nodiscard]] Words words(std::string_view dest) const;
  /// The option that a word names, and what is attached to the name.
  [[nodiscard]] const Option* named(const std::string& word,
                                    std::optional<std::string>& attached) const;

  const Script* script_;
  std::map<std::string, Words, std::less<>> values_;
};

}  // namespace temper::imports
