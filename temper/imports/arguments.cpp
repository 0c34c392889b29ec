#include "temper/imports/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/spelling.h"

namespace temper::imports {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kShownLetters = 80;

std::string shown(std::string_view word) {
  return std::string(word.substr(0, kShownLetters));
}

template <class T>
std::optional<T> number_of(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  const auto value = parse_number<T>(word);
  if constexpr (std::is_floating_point_v<T>)
    if (value && !std::isfinite(*value)) return std::nullopt;
  return value;
}

/// Python's two ways of writing a flag, and YAML's.
bool is_true(std::string_view word) {
  return word == "true" || word == "True";
}
bool is_false(std::string_view word) {
  return word == "false" || word == "False";
}

/// Whether argparse takes a word for an option: a number below 0 is a value.
bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && !number_of<double>(word);
}

Words split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string_view expected(Takes takes) {
  switch (takes) {
    case Takes::whole:
      return "a whole number";
    case Takes::real:
      return "a number";
    case Takes::flag:
      return "true or false";
    case Takes::pairs:
      return "KEY=VALUE";
    case Takes::text:
      break;
  }
  return "a word";
}

bool is_valid(Takes takes, const std::string& word) {
  switch (takes) {
    case Takes::whole:
      return number_of<std::int64_t>(word).has_value();
    case Takes::real:
      return number_of<double>(word).has_value();
    case Takes::flag:
      return is_true(word) || is_false(word);
    case Takes::pairs:
      return word.find('=') != std::string::npos;
    case Takes::text:
      break;
  }
  return true;
}

/// Whether an option may have a number of words.
bool allows(Count count, std::size_t words) {
  switch (count) {
    case Count::one:
      return words == 1;
    case Count::at_most_one:
      return words <= 1;
    case Count::any:
      return true;
    case Count::some:
      return words >= 1;
    case Count::three:
      break;
  }
  return words == 3;
}

/// The number of words that an option takes at most.
std::size_t most(const Option& option) {
  if (option.takes == Takes::flag) return 0;
  switch (option.count) {
    case Count::one:
    case Count::at_most_one:
      return 1;
    case Count::three:
      return 3;
    case Count::any:
    case Count::some:
      break;
  }
  return SIZE_MAX;
}

bool is_positional(const Option& option) {
  return option.names.front().empty();
}

bool same_value(Takes takes, const std::string& a, const std::string& b) {
  if (takes != Takes::whole && takes != Takes::real) return a == b;
  return number_of<double>(a) == number_of<double>(b);
}

/// Throws Error{Code::usage} for words that an option does not take.
void check(const Option& option, const Words& words) {
  for (const auto& word : words)
    if (!is_valid(option.takes, word))
      throw Error(Code::usage, fmt::format("{} is '{}'; expected {}", option.name(), shown(word),
                                           expected(option.takes)));
  if (option.takes == Takes::flag) return;
  if (!allows(option.count, words.size()))
    throw Error(Code::usage,
                fmt::format("{} has {} values; expected {}", option.name(), words.size(),
                            option.count == Count::three  ? "three"
                            : option.count == Count::some ? "at least one"
                                                          : "one"));
}

}  // namespace

std::string_view Option::name() const {
  std::string_view longest;
  for (const auto& name : names)
    if (name.size() > longest.size()) longest = name;
  return longest.empty() ? dest : longest;
}

bool Arguments::has(std::string_view dest) const {
  return std::ranges::find(script_->options, dest, &Option::dest) != script_->options.end();
}

const Option& Arguments::option(std::string_view dest) const {
  const auto found = std::ranges::find(script_->options, dest, &Option::dest);
  if (found == script_->options.end())
    throw Error(Code::internal, fmt::format("{} is not declared", dest));
  return *found;
}

const Option* Arguments::named(const std::string& word,
                               std::optional<std::string>& attached) const {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  std::vector<const Option*> exact;
  std::vector<const Option*> abbreviated;
  std::vector<std::string_view> names;
  for (const auto& option : script_->options)
    for (const auto& known : option.names) {
      if (known.empty()) continue;
      names.push_back(known);
      if (known == name) exact.push_back(&option);
      if (name.starts_with("--") && known.starts_with(name) &&
          (abbreviated.empty() || abbreviated.back() != &option))
        abbreviated.push_back(&option);
    }
  if (!exact.empty() || abbreviated.size() == 1) {
    if (equals != std::string::npos) attached = word.substr(equals + 1);
    return exact.empty() ? abbreviated.front() : exact.front();
  }
  if (abbreviated.size() > 1) {
    std::vector<std::string_view> options;
    for (const auto* option : abbreviated) options.push_back(option->name());
    throw Error(Code::usage, fmt::format("{} could be {}; write the option out", shown(name),
                                         fmt::join(options, ", ")));
  }
  // A short option with its value right behind it, "-b256".
  if (!word.starts_with("--")) {
    for (const auto& option : script_->options)
      for (const auto& known : option.names)
        if (known.size() == 2 && word.starts_with(known)) {
          attached = word.substr(2);
          return &option;
        }
  }
  const auto near = nearest(name, names);
  throw Error(Code::usage,
              fmt::format("{} has no option '{}'{}", script_->title, shown(name),
                          near.empty() ? std::string("; is it one of another script or version?")
                                       : fmt::format(": did you mean '{}'?", near)));
}

void Arguments::read(const std::vector<std::string>& words) {
  bool only_positional = false;
  std::size_t positional = 0;
  for (std::size_t i = 0; i < words.size();) {
    const auto& word = words[i++];
    if (!only_positional && word == "--") {
      only_positional = true;
      continue;
    }
    if (only_positional || !is_option(word)) {
      const auto at = std::ranges::find_if(script_->options, is_positional);
      if (at == script_->options.end() || positional++ > 0)
        throw Error(Code::usage,
                    fmt::format("'{}' belongs to no option of {}", shown(word), script_->title));
      set(at->dest, Words{word});
      continue;
    }
    std::optional<std::string> attached;
    const auto& option = *named(word, attached);
    Words value;
    if (attached) {
      value.push_back(*attached);
    } else {
      while (value.size() < most(option) && i < words.size() && !is_option(words[i]) &&
             words[i] != "--")
        value.push_back(words[i++]);
    }
    if (option.takes == Takes::flag) {
      if (attached)
        throw Error(Code::usage, fmt::format("{} takes no value, but has '{}'", option.name(),
                                             shown(*attached)));
      value = {"true"};
    }
    check(option, value);
    values_[std::string(option.dest)] = std::move(value);
  }
}

void Arguments::set(std::string_view dest, std::optional<std::vector<std::string>> words) {
  const auto& which = option(dest);
  if (words && !(words->empty() && which.count != Count::one)) check(which, *words);
  values_[std::string(dest)] = words ? *std::move(words) : Words{};
}

Words Arguments::words(std::string_view dest) const {
  const auto& which = option(dest);
  const auto found = values_.find(dest);
  return found == values_.end() ? split(which.standard) : found->second;
}

bool Arguments::flag(std::string_view dest) const {
  const auto value = words(dest);
  return !value.empty() && is_true(value.front());
}

std::string Arguments::text(std::string_view dest) const {
  const auto value = words(dest);
  return value.empty() ? "" : value.front();
}

std::optional<double> Arguments::real(std::string_view dest) const {
  const auto value = words(dest);
  return value.empty() ? std::nullopt : number_of<double>(value.front());
}

std::optional<std::int64_t> Arguments::whole(std::string_view dest) const {
  const auto value = words(dest);
  return value.empty() ? std::nullopt : number_of<std::int64_t>(value.front());
}

std::vector<double> Arguments::reals(std::string_view dest) const {
  std::vector<double> numbers;
  for (const auto& word : words(dest))
    if (const auto number = number_of<double>(word)) numbers.push_back(*number);
  return numbers;
}

double Arguments::number(std::string_view dest) const {
  if (const auto value = real(dest)) return *value;
  throw Error(Code::usage, fmt::format("{} has no value; expected a number", option(dest).name()));
}

std::int64_t Arguments::count(std::string_view dest) const {
  if (const auto value = whole(dest)) return *value;
  throw Error(Code::usage,
              fmt::format("{} has no value; expected a whole number", option(dest).name()));
}

bool Arguments::is_standard(std::string_view dest) const {
  const auto& which = option(dest);
  auto value = words(dest);
  auto standard = split(which.standard);
  // None, an empty text and a flag that is off.
  const auto is_empty = [](const std::string& word) { return word.empty() || is_false(word); };
  std::erase_if(value, is_empty);
  std::erase_if(standard, is_empty);
  if (value.empty()) return true;
  return std::ranges::equal(value, standard, [&](const std::string& a, const std::string& b) {
    return same_value(which.takes, a, b);
  });
}

std::string Arguments::written(std::string_view dest) const {
  const auto& which = option(dest);
  auto text = std::string(which.name());
  if (which.takes == Takes::flag && flag(dest)) return text;
  for (const auto& word : words(dest)) text += " " + shown(word);
  return text;
}

}  // namespace temper::imports
