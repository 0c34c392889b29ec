#include "temper/report/elements.h"

namespace temper::report {

Html picture(const io::Image& image, std::string_view alt) {
  constexpr int small = 96;
  return html(
      R"(<img class="{}" width="{}" height="{}" loading="lazy" src="data:image/png;base64,{}" alt="{}">)",
      image.width <= small ? "small" : "large", image.width, image.height,
      Html{base64(io::encode_png(image))}, alt);
}

Html fact(std::string_view name, std::string_view value, std::string_view basis) {
  return html("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>", name, value, basis);
}

}  // namespace temper::report
