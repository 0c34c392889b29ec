#pragma once
#include <string>

namespace temper::watch {

/// A page as it is served.
struct Page {
  std::string version;  ///< hexadecimal digits, others for other contents: the ETag
  std::string html;
};

}  // namespace temper::watch
