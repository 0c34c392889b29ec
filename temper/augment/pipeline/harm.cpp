#include "temper/augment/pipeline/harm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "temper/augment/pipeline/applier.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

constexpr std::int64_t kPixels = std::int64_t{1} << 24;  ///< of all pictures that are tried
constexpr std::int64_t kMostDraws = 2000;
constexpr std::int64_t kFewestDraws = 16;
constexpr std::uint8_t kGray = 128;

constexpr std::array<std::string_view, 4> kColorChanges{"saturation", "hue", "grayscale",
                                                        "desaturate"};

std::string text_of(Size size) {
  return fmt::format("{} x {} pixels", size.height, size.width);
}

/// What was found of one operation.
struct Findings {
  std::int64_t draws = 0;
  std::int64_t moved_out = 0;      ///< draws with a move by more than half
  double largest_move = 0;         ///< in pixels
  Size moved;                      ///< the size of the picture that was moved
  std::string crop;                ///< "a crop of 224 x 224 pixels from 180 x 200 pixels"
  std::int64_t erased = 0;         ///< draws that erase more than half
  std::string erased_from;         ///< "the network's input of 32 x 32 pixels"
  std::set<std::string> colors;    ///< the names of changes of color
  std::int64_t color_changes = 0;  ///< draws with one
  std::string error;
};

/// What an operation did in one draw, with those that it holds.
class Examined {
 public:
  Examined(Findings& findings, Size input) : findings_(findings), input_(input) {}

  /// @param before  the geometry before the operation
  void operator()(const Trace& trace, const Geometry& before) {
    const auto size = before.window.size();
    for (const auto& applied : trace.applied) {
      if (applied.name == "translate_x") move(applied.value, size.width, size);
      if (applied.name == "translate_y") move(applied.value, size.height, size);
      if (applied.name == Cutout::kind) {
        const double area = applied.value * applied.value;
        if (trace.operation == Cutout::kind)
          erase(area, input_, "the network's input");
        else  // a policy, whose square is one of the picture that it is given
          erase(area, size, "a picture");
      }
      if (applied.name == RandomErasing::kind) erase(applied.value, input_, "the network's input");
      if (std::ranges::find(kColorChanges, applied.name) != kColorChanges.end()) {
        colored_ = true;
        findings_.colors.insert(applied.name);
      }
    }
    if (trace.operation == CenterCrop::kind || trace.operation == RandomCrop::kind)
      crop(trace, size);
    const auto* last = &before;
    for (const auto& nested : trace.nested) {
      (*this)(nested, *last);
      last = &nested.after;
    }
  }

  void end() {
    ++findings_.draws;
    findings_.moved_out += moved_out_ ? 1 : 0;
    findings_.erased += erased_ ? 1 : 0;
    findings_.color_changes += colored_ ? 1 : 0;
  }

 private:
  /// @param size  of the picture before
  void crop(const Trace& trace, Size size) {
    const auto cropped = trace.after.window.size();
    if (cropped.height > size.height || cropped.width > size.width) {
      findings_.crop = fmt::format("a crop of {} from {}", text_of(cropped), text_of(size));
      return;
    }
    for (const auto& applied : trace.applied) {
      if (applied.name == "top")
        move(beyond(applied.value, cropped.height, size.height), cropped.height, size);
      if (applied.name == "left")
        move(beyond(applied.value, cropped.width, size.width), cropped.width, size);
    }
  }

  /// How far a crop reaches beyond a picture.
  static double beyond(double first, std::int64_t length, std::int64_t whole) {
    return std::max(-first, first + static_cast<double>(length - whole));
  }

  void move(double by, std::int64_t side, Size size) {
    if (std::abs(by) <= static_cast<double>(side) / 2) return;
    moved_out_ = true;
    if (std::abs(by) <= findings_.largest_move) return;
    findings_.largest_move = std::abs(by);
    findings_.moved = size;
  }

  /// @param whole  the size of what the box is erased from
  void erase(double area, Size whole, std::string_view what) {
    if (2 * area <= static_cast<double>(whole.height * whole.width)) return;
    erased_ = true;
    findings_.erased_from = fmt::format("{} of {}", what, text_of(whole));
  }

  Findings& findings_;
  Size input_;
  bool moved_out_ = false;
  bool erased_ = false;
  bool colored_ = false;
};

io::Image empty_picture(const PictureKind& kind) {
  io::Image image{static_cast<int>(kind.size.height),
                  static_cast<int>(kind.size.width),
                  static_cast<int>(kind.channels),
                  {}};
  image.pixels.assign(image.size(), kGray);
  return image;
}

/// Applies the list once. Returns false after an error.
bool try_draw(std::span<const Operation> operations, std::int64_t draw, const io::Image& image,
              Frame& frame, std::vector<Findings>& findings) {
  std::vector<Trace> traces;
  std::string error;
  frame.begin(image);
  auto last = frame.geometry();
  std::size_t last_resized = 0;
  try {
    Applier({.seed = 1, .epoch = 0, .sample = static_cast<std::uint64_t>(draw)}, frame,
            &traces)(operations);
  } catch (const Error& caught) {
    error = caught.what();
  }
  for (std::size_t k = 0; k < traces.size(); ++k) {
    if (!error.empty() && k + 1 == traces.size()) {
      findings[k].error = error;
      return false;
    }
    Examined examined(findings[k], frame.input());
    examined(traces[k], last);
    examined.end();
    if (traces[k].after.window.size() != last.window.size()) last_resized = k;
    last = traces[k].after;
  }
  if (traces.empty() || frame.size() == frame.input()) return true;
  findings[last_resized].error = fmt::format(
      "the result has {}, and the network takes {}; add resize, center_crop or "
      "random_resized_crop",
      text_of(frame.size()), text_of(frame.input()));
  return false;
}

/// "3%", "less than 1%".
std::string percent(double share) {
  return share < 0.01 ? "less than 1%" : fmt::format("{:.0f}%", 100 * share);
}

/// @param operation  its index
void add(const Findings& found, std::size_t operation, const PictureKind& kind,
         std::vector<Harm>& harms) {
  const auto share = [&](std::int64_t of) {
    return static_cast<double>(of) / static_cast<double>(found.draws);
  };
  if (!found.error.empty())
    harms.push_back({operation, HarmKind::error, 1,
                     fmt::format("fails on pictures of {}: {}", text_of(kind.size), found.error)});
  if (const auto moved = share(found.moved_out); found.moved_out > 0)
    harms.push_back(
        {operation, HarmKind::move, moved,
         fmt::format("moves pictures of {} by up to {:.4g} pixels; in {} of its draws more than "
                     "half of the picture is moved out of view",
                     text_of(found.moved), found.largest_move, percent(moved))});
  if (!found.crop.empty())
    harms.push_back(
        {operation, HarmKind::crop, 1,
         fmt::format("takes {}: what the picture does not have is border", found.crop)});
  if (const auto erased = share(found.erased); found.erased > 0)
    harms.push_back({operation, HarmKind::erase, erased,
                     fmt::format("erases a box of more than half of {} in {} of its draws",
                                 found.erased_from, percent(erased))});
  if (const auto changed = share(found.color_changes); kind.gray && !found.colors.empty())
    harms.push_back(
        {operation, HarmKind::color, changed,
         fmt::format("applies {} to gray pictures, which changes nothing ({} of its draws)",
                     fmt::join(found.colors, " and "), percent(changed))});
}

}  // namespace

std::vector<Harm> harms(std::span<const Operation> operations, Size input,
                        const PictureKind& kind) {
  const auto image = empty_picture(kind);
  const auto draws =
      std::clamp(kPixels / (kind.size.height * kind.size.width), kFewestDraws, kMostDraws);
  std::vector<Findings> findings(operations.size());
  Frame frame(input);
  for (std::int64_t draw = 0; draw < draws; ++draw)
    if (!try_draw(operations, draw, image, frame, findings)) break;
  std::vector<Harm> found;
  for (std::size_t k = 0; k < findings.size(); ++k) add(findings[k], k, kind, found);
  return found;
}

}  // namespace temper::augment
