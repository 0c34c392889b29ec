#include "temper/io/format/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "temper/core/error.h"

namespace temper::io {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Reader {
 public:
  Reader(std::string_view text, const std::string& name)
      : rest_(text), name_(name), separator_(separator_of(text)) {}

  void run(const RowCallback& visit) {
    std::size_t columns = 0;
    while (skip_empty_lines(), !rest_.empty()) {
      const std::int64_t first_line = line_;
      read_row();
      if (columns == 0) columns = used_;
      if (used_ != columns)
        refuse(first_line, fmt::format("{} fields; the header has {}", used_, columns));
      visit(first_line, std::span(fields_).first(used_));
    }
    if (columns == 0)
      refuse(1, "an empty table; expected a first row with the names of the columns");
  }

 private:
  [[noreturn]] void refuse(std::int64_t line, std::string_view what) const {
    throw Error(Code::data, {.file = name_, .line = line}, fmt::format("{}.", what));
  }

  /// A tab where the header has one, otherwise the more frequent of semicolon and comma, outside of
  /// quotes.
  static char separator_of(std::string_view text) {
    const auto header = text.substr(0, text.find_first_of("\r\n"));
    std::int64_t tabs = 0;
    std::int64_t semicolons = 0;
    std::int64_t commas = 0;
    bool quoted = false;
    for (const char c : header) {
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      tabs += c == '\t' ? 1 : 0;
      semicolons += c == ';' ? 1 : 0;
      commas += c == ',' ? 1 : 0;
    }
    if (tabs > 0) return '\t';
    return semicolons > commas ? ';' : ',';
  }

  void skip_empty_lines() {
    while (!rest_.empty() && (rest_.front() == '\n' || rest_.front() == '\r')) end_line();
  }

  /// Skips one line end: CR, LF or CR LF.
  void end_line() {
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++line_;
  }

  void read_row() {
    used_ = 0;
    for (;;) {
      if (used_ == fields_.size()) fields_.emplace_back();
      std::string& field = fields_[used_++];
      field.clear();
      if (rest_.starts_with('"'))
        read_quoted(field);
      else
        read_plain(field);
      if (rest_.empty()) return;
      if (rest_.front() != separator_) {
        end_line();
        return;
      }
      rest_.remove_prefix(1);
    }
  }

  void read_plain(std::string& field) {
    const std::array<char, 3> stops{separator_, '\r', '\n'};
    const auto end = std::min(rest_.find_first_of({stops.data(), stops.size()}), rest_.size());
    field = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (field.find('\0') != std::string::npos) refuse(line_, "a zero byte; expected text in UTF-8");
  }

  void read_quoted(std::string& field) {
    const std::int64_t opened = line_;
    rest_.remove_prefix(1);
    for (;;) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) refuse(opened, "a quote is opened and not closed");
      const auto part = rest_.substr(0, quote);
      line_ += std::count(part.begin(), part.end(), '\n');
      field += part;
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      field += '"';
      rest_.remove_prefix(1);
    }
    if (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\r' &&
        rest_.front() != '\n')
      refuse(line_, "text after a closing quote; write a quote within a field as two");
    if (field.find('\0') != std::string::npos)
      refuse(opened, "a zero byte; expected text in UTF-8");
  }

  std::string_view rest_;
  const std::string& name_;
  char separator_;
  std::int64_t line_ = 1;
  std::vector<std::string> fields_;  ///< of the current row; their memory is reused
  std::size_t used_ = 0;
};

}  // namespace

void read_csv(std::string_view text, const std::string& name, const RowCallback& visit) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw Error(Code::data, {.file = name}, "text in UTF-16; save it as UTF-8.");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reader(text, name).run(visit);
}

std::string csv_row(std::span<const std::string> fields) {
  std::string row;
  for (const auto& field : fields) {
    if (&field != fields.data()) row += ',';
    if (field.find_first_of(",;\t\"\r\n") == std::string::npos) {
      row += field;
      continue;
    }
    row += '"';
    for (const char c : field) row += c == '"' ? std::string("\"\"") : std::string(1, c);
    row += '"';
  }
  return row + '\n';
}

}  // namespace temper::io
