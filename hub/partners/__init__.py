"""Partners: invitations, the handshake both ways, rotation, liveness, suspension and agreements."""
