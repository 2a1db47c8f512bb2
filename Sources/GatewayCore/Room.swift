// The room GatewayCore is empty so far.
