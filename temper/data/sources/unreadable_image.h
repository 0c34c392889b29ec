#pragma once
#include <string_view>

#include "temper/core/error.h"

namespace temper::data {

/// Whether an error of reading or using an image may be the image's, not the program's or the
/// machine's.
bool may_be_bad_image(const Error& error);

/// On the command line, the option of a recipe with which such images are skipped.
inline constexpr std::string_view kSkipBadImages = "--set data.on_bad_image=skip";

/// An image can't be read or decoded, and such images are not skipped.
class UnreadableImage : public Error {
 public:
  explicit UnreadableImage(const Error& error) : Error(error) {}

  /// The error, with what can be done about it.
  /// @param option  of the command line, with which such images are skipped
  [[nodiscard]] Error with_advice(std::string_view option) const;
};

}  // namespace temper::data
