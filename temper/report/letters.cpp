#include "temper/report/letters.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "temper/core/printable.h"
#include "temper/report/assets.h"

namespace temper::report {
namespace {

constexpr char32_t kFirst = 0x20;
constexpr char32_t kOther = 0x7F;  ///< stands for letters that are not in the image
constexpr char32_t kEnd = 0x100;
constexpr int kColumns = 32;

/// Gray: 255 where the letter is.
const io::Image& letters() {
  static const auto image =
      io::decode_image(std::as_bytes(std::span(assets::letters_png)), "letters.png", 1);
  return image;
}

/// @param text  UTF-8
Line code_points(std::string_view text) {
  Line line;
  for (const char c : text) {
    const char32_t byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      line += byte;
    else if (byte >= 0xC0)
      line.push_back(byte & (byte < 0xE0 ? 0x1FU : byte < 0xF0 ? 0x0FU : 0x07U));
    else if (!line.empty())
      line.back() = line.back() << 6U | (byte & 0x3FU);
  }
  return line;
}

void draw_letter(io::Image& image, int top, int left, char32_t letter, int scale) {
  const auto& all = letters();
  const auto known = letter >= kFirst && letter < kEnd ? letter : kOther;
  const int place = static_cast<int>(known - kFirst);
  const int row = place / kColumns * kLetterHeight;
  const int column = place % kColumns * kLetterWidth;
  const int bottom = std::min(image.height, top + kLetterHeight * scale);
  const int right = std::min(image.width, left + kLetterWidth * scale);
  for (int y = std::max(0, top); y < bottom; ++y)
    for (int x = std::max(0, left); x < right; ++x) {
      const auto from = (row + (y - top) / scale) * all.width + column + (x - left) / scale;
      const int paper = 255 - all.pixels[static_cast<std::size_t>(from)];
      const auto to = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                       static_cast<std::size_t>(x)) *
                      static_cast<std::size_t>(image.channels);
      for (int c = 0; c < image.channels; ++c) {
        auto& sample = image.pixels[to + static_cast<std::size_t>(c)];
        sample = static_cast<std::uint8_t>((sample * paper + 127) / 255);
      }
    }
}

}  // namespace

std::vector<Line> wrapped(std::string_view text, std::size_t columns) {
  std::vector<Line> lines;
  auto rest = code_points(printable(text));
  while (rest.size() > columns) {
    // A space right after the line ends it, too.
    const auto space = rest.rfind(U' ', columns);
    const auto first_word = rest.find_first_not_of(U' ');
    const bool between_words = space != Line::npos && space > first_word;
    lines.push_back(rest.substr(0, between_words ? space : columns));
    rest.erase(0, between_words ? space + 1 : columns);
  }
  lines.push_back(std::move(rest));
  return lines;
}

void draw(io::Image& image, int top, int left, const Line& line, int scale) {
  for (const auto letter : line) {
    draw_letter(image, top, left, letter, scale);
    left += kLetterWidth * scale;
  }
}

}  // namespace temper::report
