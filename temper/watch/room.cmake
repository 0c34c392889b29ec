# Of Boost, server.cpp uses Beast and Asio, headers alone.
target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:Boost::headers>)
