#include "temper/study/engine/result_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/core/printable.h"
#include "temper/io/format/csv.h"

namespace temper::study {
namespace {

/// A column that every results.csv has, and how its field is written and read.
struct Column {
  std::string_view name;
  std::string (*text)(const Result&);
  bool (*read)(const std::string&, Result&);  ///< false: not a valid field
};

template <class Number>
bool read_number(const std::string& field, Number& into) {
  const auto number = parse_number<Number>(field);
  if (number) into = *number;
  return number.has_value();
}

bool read_finite(const std::string& field, double& into) {
  return read_number(field, into) && std::isfinite(into);
}

/// Fingerprints become names of files.
bool is_fingerprint(const std::string& text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_hex);
}

constexpr std::array<Column, 6> kColumns{
    {{"fingerprint", [](const Result& r) { return r.fingerprint; },
      [](const std::string& field, Result& r) {
        r.fingerprint = field;
        return is_fingerprint(field);
      }},
     {"numerics", [](const Result& r) { return fmt::format("{}", r.numerics); },
      [](const std::string& field, Result& r) {
        return read_number(field, r.numerics) && r.numerics >= 0;
      }},
     {"seed", [](const Result& r) { return fmt::format("{}", r.seed); },
      [](const std::string& field, Result& r) {
        return read_number(field, r.seed) && r.seed >= 0;
      }},
     {"outcome", [](const Result& r) { return r.outcome; },
      [](const std::string& field, Result& r) {
        r.outcome = field;
        return field == kFinished || field == kDiverged;
      }},
     {"label", [](const Result& r) { return r.label; },
      [](const std::string& field, Result& r) {
        r.label = field;
        return true;
      }},
     {"measures", [](const Result& r) { return r.measures; },
      [](const std::string& field, Result& r) {
        r.measures = field;
        return true;
      }}}};

[[noreturn]] void refuse(const std::string& name, std::int64_t line, std::string_view column,
                         std::string_view field, std::string_view expected) {
  throw Error(Code::data, {.file = name, .line = line},
              fmt::format("the column {} has '{}'; expected {}. Restore the file, or remove the "
                          "line: its trial is then run again.",
                          printable(column), printable(field), expected));
}

/// What the columns of a file are: one of kColumns, or a figure.
class Header {
 public:
  Header(std::span<const std::string> fields, const std::string& name) {
    std::set<std::string_view> seen;
    for (const auto& field : fields) {
      names_.push_back(field);
      const auto* const known = std::ranges::find(kColumns, field, &Column::name);
      known_.push_back(known == kColumns.end() ? nullptr : known);
      if (field.empty() || !seen.insert(field).second)
        throw Error(Code::data, {.file = name, .line = 1},
                    fmt::format("the column '{}' is named twice or not at all; restore the file.",
                                printable(field)));
    }
    for (const auto& column : kColumns)
      if (!seen.contains(column.name))
        throw Error(
            Code::data, {.file = name, .line = 1},
            fmt::format("no column {}; expected a table of a study's results.", column.name));
  }

  [[nodiscard]] Result read(std::span<const std::string> fields, const std::string& name,
                            std::int64_t line) const {
    Result result;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto& field = fields[i];
      if (const auto* column = known_[i]; column != nullptr) {
        if (!column->read(field, result))
          refuse(name, line, names_[i], field, "what temper writes there");
      } else if (!field.empty() && !read_finite(field, result.figures[names_[i]])) {
        refuse(name, line, names_[i], field, "a finite number or nothing");
      }
    }
    return result;
  }

 private:
  std::vector<std::string> names_;
  std::vector<const Column*> known_;  ///< null for a figure
};

constexpr std::array<std::string_view, 5> kCurve{"epoch", "seconds", "train_loss",
                                                 "validation_loss", "accuracy"};

std::string number_text(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : "";
}

Epoch read_epoch(std::span<const std::string> fields, const std::string& name, std::int64_t line) {
  Epoch epoch;
  if (!read_number(fields[0], epoch.epoch))
    refuse(name, line, kCurve[0], fields[0], "a whole number");
  std::array<double*, 4> numbers{&epoch.seconds, &epoch.train_loss, &epoch.validation_loss,
                                 &epoch.accuracy};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& field = fields[i + 1];
    if (field.empty())
      *numbers[i] = std::numeric_limits<double>::quiet_NaN();
    else if (!read_finite(field, *numbers[i]))
      refuse(name, line, kCurve[i + 1], field, "a finite number or nothing");
  }
  return epoch;
}

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string results_text(std::span<const Result> results) {
  std::set<std::string> figures;
  for (const auto& result : results)
    for (const auto& [name, value] : result.figures)
      if (std::isfinite(value)) figures.insert(name);
  std::vector<std::string> fields;
  for (const auto& column : kColumns) fields.emplace_back(column.name);
  fields.insert(fields.end(), figures.begin(), figures.end());
  auto text = io::csv_row(fields);
  for (const auto& result : results) {
    fields.clear();
    for (const auto& column : kColumns) fields.push_back(column.text(result));
    for (const auto& name : figures) {
      const auto found = result.figures.find(name);
      fields.push_back(found == result.figures.end() ? "" : number_text(found->second));
    }
    text += io::csv_row(fields);
  }
  return text;
}

std::vector<Result> parse_results(std::string_view text, const std::string& name) {
  std::optional<Header> header;
  std::vector<Result> results;
  io::read_csv(text, name, [&](std::int64_t line, std::span<const std::string> fields) {
    if (!header)
      header.emplace(fields, name);
    else
      results.push_back(header->read(fields, name, line));
  });
  return results;
}

std::string curve_text(std::span<const Epoch> epochs) {
  std::vector<std::string> fields{kCurve.begin(), kCurve.end()};
  auto text = io::csv_row(fields);
  for (const auto& epoch : epochs) {
    fields = {fmt::format("{}", epoch.epoch), number_text(epoch.seconds),
              number_text(epoch.train_loss), number_text(epoch.validation_loss),
              number_text(epoch.accuracy)};
    text += io::csv_row(fields);
  }
  return text;
}

std::vector<Epoch> parse_curve(std::string_view text, const std::string& name) {
  bool header = true;
  std::vector<Epoch> epochs;
  io::read_csv(text, name, [&](std::int64_t line, std::span<const std::string> fields) {
    if (!header)
      epochs.push_back(read_epoch(fields, name, line));
    else if (!std::ranges::equal(fields, kCurve))
      throw Error(Code::data, {.file = name, .line = line},
                  "not the columns of a curve; remove the file.");
    header = false;
  });
  return epochs;
}

std::string correct_text(const std::vector<bool>& correct) {
  auto text = fmt::format("{}:", correct.size());
  for (std::size_t first = 0; first < correct.size(); first += 4) {
    std::size_t digit = 0;
    for (std::size_t i = first; i < first + 4; ++i)
      digit = 2 * digit + (i < correct.size() && correct[i] ? 1 : 0);
    text += kDigits[digit];
  }
  return text + '\n';
}

std::vector<bool> parse_correct(std::string_view text, const std::string& name) {
  const auto damaged = [&] {
    return Error(Code::data, {.file = name, .line = 1},
                 "not a number of images, a colon and a digit for every four of them; remove the "
                 "file.");
  };
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !text.ends_with('\n')) throw damaged();
  std::size_t count = 0;
  if (!read_number(std::string(text.substr(0, colon)), count)) throw damaged();
  const auto digits = text.substr(colon + 1, text.size() - colon - 2);
  // Compared this way, since count + 3 may overflow.
  if (digits.size() != count / 4 + (count % 4 > 0 ? 1 : 0)) throw damaged();
  std::vector<bool> correct;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digit = kDigits.find(digits[i / 4]);
    if (digit == std::string_view::npos) throw damaged();
    correct.push_back((digit >> (3 - i % 4) & 1) != 0);
  }
  return correct;
}

}  // namespace temper::study
