#pragma once
#include <string>
#include <string_view>

namespace temper::watch {

/// Whether a text is an IPv4 address or an IPv6 address without brackets.
bool is_address(const std::string& text);
/// Whether an address is one of 127.0.0.0/8 or ::1.
bool is_loopback(const std::string& address);

/// The names under which a server may be asked. A page of another site can give its own name the
/// address of this machine, and would then be allowed to read what is served here (DNS rebinding);
/// the Host header of such a request has that other name.
class Hosts {
 public:
  /// @param listening  the name or address that the server was told to listen on
  /// @param loopback   whether it can be reached from this machine only
  Hosts(const std::string& listening, bool loopback);

  /// @param header  the value of a Host header, with or without a port
  /// @return true for localhost, for loopback addresses, and for `listening`; of a server that
  ///         other machines reach also for every address, and for the name of this machine
  [[nodiscard]] bool allow(std::string_view header) const;

 private:
  std::string listening_;  ///< in lower case, as the next one
  std::string machine_;    ///< empty: not allowed
  bool loopback_;
};

}  // namespace temper::watch
