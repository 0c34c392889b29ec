# Of Boost, server.cpp uses headers.
target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:Boost::headers>)
