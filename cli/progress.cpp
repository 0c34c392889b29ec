#include "progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "temper/core/duration.h"
#include "temper/core/grouped.h"
#include "temper/core/printable.h"
#include "temper/recipe/starter.h"
#include "temper/report/summary.h"
#include "temper/train/stopping.h"

namespace temper::cli {
namespace {

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// A bar in eighths of a character.
std::string bar(double done, int width) {
  static constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::clamp(done, 0.0, 1.0) * width * 8);
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  text += kParts[static_cast<std::size_t>(eighths % 8)];
  const int filled = eighths / 8 + (eighths % 8 != 0 ? 1 : 0);
  return text + std::string(static_cast<std::size_t>(width - filled), ' ');
}

std::string score_text(const char* weights, const train::Scores& scores) {
  auto text = fmt::format("{}: train loss {:.4f}", weights, scores.train.loss);
  if (const auto& score = scores.validation)
    text += fmt::format(", validation loss {:.4f} (gap {:+.4f}), {}", score->loss,
                        score->loss - scores.train.loss,
                        score->errors ? report::errors_text(*score->errors)
                                      : fmt::format("accuracy {:.2f}%", 100 * score->accuracy));
  if (const auto& attacked = scores.attacked)
    text += fmt::format(", under attack {:.2f}%", 100 * attacked->accuracy);
  return text;
}

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::on_event(const train::Event& event) {
  std::visit([this](const auto& e) { show(e); }, event);
}

void Progress::line(const std::string& text) const {
  fmt::print(stderr, "{}{}\n", terminal_ ? "\r\033[K" : "", printable_lines(text));
}

void Progress::show(const train::Started& e) {
  run_ = e;
  line(
      fmt::format("{}: {} parameters, {} multiply-adds per image; {} training, {} validation, {} "
                  "test images {}",
                  e.name, grouped(e.parameters), grouped(e.multiply_adds), grouped(e.train_images),
                  grouped(e.validation_images), grouped(e.test_images),
                  recipe::targets_text(std::ssize(e.classes), std::ssize(e.values))));
  if (e.step > 0)
    line(fmt::format("resuming at step {} of {}", grouped(e.step), grouped(e.total_steps)));
}

void Progress::show(const train::LinearProbed& e) {
  line(train::to_text(e));
}

void Progress::show(const train::Stepped& e) {
  if (seconds_at_start_ < 0) {
    seconds_at_start_ = e.seconds;
    step_at_start_ = e.step;
  }
  const double done = static_cast<double>(e.step) / static_cast<double>(run_.total_steps);
  const auto steps = static_cast<double>(e.step - step_at_start_);
  const auto left = static_cast<double>(run_.total_steps - e.step);
  const std::string eta =
      steps > 0 ? clock_text((e.seconds - seconds_at_start_) / steps * left) : "-:--";
  const auto text =
      fmt::format("epoch {}/{}  step {}/{}  loss {:.4f}  {} images/s  {} left",
                  (e.step - 1) / run_.steps_per_epoch + 1, run_.epochs, e.step, run_.total_steps,
                  e.loss, grouped(static_cast<std::int64_t>(e.images_per_second)), eta);
  if (terminal_) {
    const int room = terminal_width() - static_cast<int>(text.size()) - 9;
    const auto gauge =
        room >= 8 ? fmt::format("{:3.0f}% {} ", 100 * done, bar(done, std::min(room, 30))) : "";
    fmt::print(stderr, "\r\033[K{}{}", gauge, text);
    std::fflush(stderr);
  } else if (e.step >= next_plain_) {
    line(text);
    next_plain_ = e.step + std::max<std::int64_t>(1, run_.total_steps / 20);
  }
}

void Progress::show(const train::Evaluated& e) {
  const auto epoch = fmt::format("epoch {}/{}", e.epoch, run_.epochs);
  if (e.averaged) line(fmt::format("{}  {}", epoch, score_text("averaged weights", *e.averaged)));
  if (e.raw) line(fmt::format("{}  {}", epoch, score_text("raw weights", *e.raw)));
}

void Progress::show(const train::SkippedStep& e) {
  if (e.action == "stop") return;  // the error message reports it
  line(fmt::format("step {} not applied ({}): loss {}{}", e.step, e.action, e.loss,
                   train::not_finite_text(e)));
}

void Progress::show(const train::SkippedImage& e) {
  constexpr std::int64_t shown = 20;
  if (++skipped_ <= shown)
    line(fmt::format("skipped {}: {}", printable(e.where), e.reason));
  else if (skipped_ == shown + 1)
    line("more unreadable images were skipped; metrics.jsonl lists them all");
}

void Progress::show(const train::EarlyStop& e) {
  line(train::to_text(e, run_.epochs));
}

void Progress::show(const train::Warned& e) {
  line("warning: " + e.message);
}

}  // namespace temper::cli
