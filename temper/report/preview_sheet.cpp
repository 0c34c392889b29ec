#include "temper/report/preview_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/report/letters.h"

namespace temper::report {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
constexpr int kMargin = 16;
constexpr int kGap = 12;               ///< between pictures, and after paragraphs
constexpr int kWidth = 1600;           ///< of a row of pictures, at most, unless one is wider
constexpr int kLeastCell = 168;        ///< width of a picture with its text
constexpr int kEnlargedSide = 128;     ///< small pictures are enlarged up to it
constexpr std::size_t kColumns = 110;  ///< of a paragraph

int scale_of(const io::Image& image) {
  return std::max(1, kEnlargedSide / std::max(image.height, image.width));
}

/// Collects what is drawn where, then draws it: the size is known only at the end.
class Sheet {
 public:
  void paragraph(std::string_view text, int scale = 1) {
    if (text.empty()) return;
    for (auto& line : wrapped(text, kColumns / static_cast<std::size_t>(scale)))
      put(kMargin, std::move(line), scale);
    top_ += kGap;
  }

  void row(std::span<const run::PreviewPicture> pictures) {
    int cell = kLeastCell;
    for (const auto& one : pictures) cell = std::max(cell, one.image.width * scale_of(one.image));
    const auto columns = static_cast<std::size_t>(std::max(1, (kWidth + kGap) / (cell + kGap)));
    for (std::size_t first = 0; first < pictures.size(); first += columns)
      line_of(pictures.subspan(first, std::min(columns, pictures.size() - first)), cell);
  }

  void space() { top_ += kGap; }

  [[nodiscard]] io::Image drawn() const {
    const std::int64_t height = top_ + kMargin;
    const std::int64_t width = right_ + kMargin;
    if (height > kMaxPixels / width)
      throw Error(
          Code::usage,
          fmt::format("the preview as one PNG would have {} x {} pixels, more than {}; show "
                      "fewer pictures (--pictures, --epochs), or write a page (--out "
                      "preview.html)",
                      height, width, kMaxPixels));
    io::Image sheet{static_cast<int>(height), static_cast<int>(width), 3, {}};
    sheet.pixels.assign(sheet.size(), 255);
    for (const auto& [top, left, image] : images_) copy(*image, sheet, top, left);
    for (const auto& [top, left, line, scale] : texts_) draw(sheet, top, left, line, scale);
    return sheet;
  }

 private:
  struct Text {
    int top;
    int left;
    Line line;
    int scale;
  };
  struct Placed {
    int top;
    int left;
    const io::Image* image;
  };

  void put(int left, Line line, int scale = 1) {
    right_ = std::max(right_, left + static_cast<int>(line.size()) * kLetterWidth * scale);
    texts_.push_back({top_, left, std::move(line), scale});
    top_ += kLetterHeight * scale;
  }

  /// Pictures side by side, and their texts.
  void line_of(std::span<const run::PreviewPicture> pictures, int cell) {
    int height = 0;
    for (const auto& one : pictures)
      height = std::max(height, one.image.height * scale_of(one.image));
    int left = kMargin;
    int bottom = top_ + height;
    const int below = bottom + 2;
    const int above = top_;
    for (const auto& one : pictures) {
      images_.push_back({above, left, &one.image});
      right_ = std::max(right_, left + cell);
      top_ = below;
      for (auto& line : text_of(one, static_cast<std::size_t>(cell / kLetterWidth)))
        put(left, std::move(line));
      bottom = std::max(bottom, top_);
      left += cell + kGap;
    }
    top_ = bottom + kGap;
  }

  static std::vector<Line> text_of(const run::PreviewPicture& picture, std::size_t columns) {
    std::vector<Line> lines;
    const auto add = [&](const std::string& text) {
      for (auto& line : wrapped(text, columns)) lines.push_back(std::move(line));
    };
    if (!picture.title.empty()) add(picture.title);
    for (const auto& line : picture.lines) add(line);
    return lines;
  }

  static void copy(const io::Image& from, io::Image& to, int top, int left) {
    const int scale = scale_of(from);
    for (int y = 0; y < from.height * scale; ++y)
      for (int x = 0; x < from.width * scale; ++x)
        for (int c = 0; c < 3; ++c)
          to.pixels[place(to, top + y, left + x, c)] =
              from.pixels[place(from, y / scale, x / scale, from.channels == 3 ? c : 0)];
  }

  static std::size_t place(const io::Image& image, int y, int x, int c) {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(image.channels) +
           static_cast<std::size_t>(c);
  }

  int top_ = kMargin;
  int right_ = 0;
  std::vector<Text> texts_;
  std::vector<Placed> images_;
};

}  // namespace

io::Image preview_sheet(const run::Preview& preview) {
  Sheet sheet;
  sheet.paragraph(preview.name, 2);
  for (const auto& section : preview.sections) {
    sheet.space();
    sheet.paragraph(section.title, 2);
    sheet.paragraph(section.about);
    for (const auto& row : section.rows) {
      if (!row.title.empty())
        sheet.paragraph(row.option.empty() ? row.title
                                           : fmt::format("{}  ({})", row.title, row.option));
      sheet.row(row.pictures);
    }
  }
  return sheet.drawn();
}

}  // namespace temper::report
