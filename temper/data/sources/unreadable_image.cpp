#include "temper/data/sources/unreadable_image.h"

#include <fmt/format.h>

namespace temper::data {

bool may_be_bad_image(const Error& error) {
  return error.code() == Code::data || error.code() == Code::io;
}

Error UnreadableImage::with_advice(std::string_view option) const {
  return {code(), where(),
          fmt::format("{}\nRepair or remove it, or add {} to skip such images; `temper data check` "
                      "lists them all.",
                      message(), option)};
}

}  // namespace temper::data
