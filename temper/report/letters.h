#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/image/image.h"

/// Text in images, in letters of one width: letters.png, which scripts/letters draws.
namespace temper::report {

inline constexpr int kLetterHeight = 15;
inline constexpr int kLetterWidth = 7;

/// A line of code points. Those beyond U+00FF are drawn as a box.
using Line = std::u32string;

/// A text, shown as printable() shows it, in lines of at most `columns` letters, >= 1. Lines end
/// between words where they can, and words that are longer are broken.
std::vector<Line> wrapped(std::string_view text, std::size_t columns);

/// Draws a line in black; what is outside the image is left out.
/// @param top, left  of the first letter
/// @param scale      pixels of the image per pixel of a letter, in each direction
void draw(io::Image& image, int top, int left, const Line& line, int scale = 1);

}  // namespace temper::report
