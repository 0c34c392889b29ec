#include "temper/watch/hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace temper::watch {
namespace {

/// The letters of host names are those of ASCII.
std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return in_lower_case(name.data());
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The host of "host", "host:80", "[::1]" or "[::1]:80", without brackets, in lower case; nothing
/// for any other text.
std::optional<std::string> host_of(std::string_view header) {
  std::string_view host;
  std::string_view rest;
  if (header.starts_with('[')) {
    const auto close = header.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = header.substr(1, close - 1);
    rest = header.substr(close + 1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else {
    const auto colon = std::min(header.find(':'), header.size());
    host = header.substr(0, colon);
    rest = header.substr(colon);
  }
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  return in_lower_case(host);
}

}  // namespace

bool is_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return false;  // the rest would not be looked at
  in6_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_loopback(const std::string& address) {
  if (!is_address(address)) return false;
  in6_addr six{};
  if (::inet_pton(AF_INET6, address.c_str(), &six) == 1) {
    std::array<unsigned char, sizeof(six.s6_addr)> one{};
    one.back() = 1;
    return std::ranges::equal(six.s6_addr, one);
  }
  return address.starts_with("127.");
}

Hosts::Hosts(const std::string& listening, bool loopback)
    : listening_(in_lower_case(listening)),
      machine_(loopback ? std::string() : machine_name()),
      loopback_(loopback) {}

bool Hosts::allow(std::string_view header) const {
  const auto host = host_of(header);
  if (!host || host->empty()) return false;
  if (*host == "localhost" || *host == listening_ || *host == machine_) return true;
  return loopback_ ? is_loopback(*host) : is_address(*host);
}

}  // namespace temper::watch
