#include "study_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "temper/core/duration.h"
#include "temper/core/printable.h"
#include "temper/report/study_grid.h"
#include "temper/report/study_text.h"

namespace temper::cli {
namespace {

struct Size {
  std::size_t columns = 80;
  std::size_t lines = 24;
};

Size terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

/// The first characters of a text in UTF-8.
std::string_view beginning(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && characters-- == 0) break;
    ++end;
  }
  return text.substr(0, end);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string left_text(const study::Progress& progress) {
  return progress.time_left ? clock_text(*progress.time_left) + " left" : "-:-- left";
}

std::string status_text(const study::Progress& p) {
  auto text = fmt::format("{} of {} runs, {} running", p.done, p.trials, p.running);
  if (p.elsewhere > 0) text += fmt::format(", {} in other processes", p.elsewhere);
  return text + fmt::format("; {} spent, {}", clock_text(p.spent), left_text(p));
}

std::string ended_text(const study::Progress& p) {
  const auto& figures = p.ended->figures;
  const auto seconds = figures.find("seconds");
  return fmt::format("{} of {} runs: {} {}{}, {}", p.done, p.trials, p.label, p.ended->outcome,
                     seconds == figures.end()
                         ? std::string()
                         : fmt::format(" after {}", clock_text(seconds->second)),
                     left_text(p));
}

}  // namespace

StudyProgress::StudyProgress() : terminal_(isatty(STDERR_FILENO) == 1) {}

StudyProgress::~StudyProgress() {
  erase();
}

void StudyProgress::erase() {
  if (drawn_ > 0) fmt::print(stderr, "\033[{}A\r\033[J", drawn_);
  drawn_ = 0;
}

void StudyProgress::line(const std::string& text) {
  erase();
  fmt::print(stderr, "{}\n", printable(text));
}

void StudyProgress::draw() {
  erase();
  const auto size = terminal_size();
  auto lines = lines_of(table_);
  const auto room = size.lines > 4 ? size.lines - 3 : 1;
  const auto hidden = lines.size() > room ? lines.size() - room + 1 : 0;
  lines.resize(lines.size() - hidden);
  const auto more = fmt::format("and {} more rows", hidden);
  if (hidden > 0) lines.push_back(more);
  lines.push_back(status_);
  for (const auto text : lines) fmt::print(stderr, "{}\n", beginning(text, size.columns - 1));
  std::fflush(stderr);
  drawn_ = std::ssize(lines);
}

void StudyProgress::on_batch(const study::Stand& stand) {
  line(stand.next.sentence);
}

void StudyProgress::on_table(const study::StudyTable& table) {
  if (!terminal_) return;
  table_ = report::terminal_table(report::live_grid(table));
  draw();
}

void StudyProgress::on_progress(const study::Progress& progress) {
  if (!terminal_) {
    if (progress.ended != nullptr) line(ended_text(progress));
    return;
  }
  status_ = status_text(progress);
  draw();
}

}  // namespace temper::cli
