#pragma once
#include <string_view>

namespace temper::io::codec {

/// The version of the libjpeg-turbo that this process has loaded, such as "2.1.5"; it may differ
/// from that of the headers. "" for another library.
std::string_view libjpeg_version();

/// The version in the constants of libjpeg-turbo, which has no function that returns it but
/// contains "libjpeg-turbo version 2.1.5 (build 20230203)" so that it can be found. "" if there is
/// none.
std::string_view version_in(std::string_view constants);

/// Whether JpegScan was tried with a version: it depends on libjpeg-turbo's internal interface,
/// which may be another one in any other version.
bool supports_jpeg_scan(std::string_view version);

}  // namespace temper::io::codec
