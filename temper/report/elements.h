#pragma once
#include <string_view>

#include "temper/io/image/image.h"
#include "temper/report/html.h"

/// Elements that several pages have.
namespace temper::report {

/// An image inside a page; small ones are enlarged without smoothing.
/// @param alt  what it shows, for readers who do not see it
Html picture(const io::Image& image, std::string_view alt);

/// A name, its value, and below it in small letters what it is based on: an entry of a
/// `<dl class="facts">`.
Html fact(std::string_view name, std::string_view value, std::string_view basis = "");

}  // namespace temper::report
